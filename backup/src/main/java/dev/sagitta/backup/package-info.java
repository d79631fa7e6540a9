/**
 * Backup repositories: full, incremental, point-in-time, encrypted and verified backups, kept as
 * content-addressed chunks. Nothing is here yet.
 */
@NullMarked
package dev.sagitta.backup;

import org.jspecify.annotations.NullMarked;
