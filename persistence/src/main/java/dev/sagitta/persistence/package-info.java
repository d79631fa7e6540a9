/**
 * Files and bytes: the seam to the file system, checksummed block files, the write-ahead log, the
 * manifest and the directory lock. Knows neither vectors nor graphs.
 */
@NullMarked
package dev.sagitta.persistence;

import org.jspecify.annotations.NullMarked;
