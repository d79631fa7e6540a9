/** What the examples print: progress bars, tables, figures and measured recall. */
@NullMarked
package dev.sagitta.examples.report;

import org.jspecify.annotations.NullMarked;
