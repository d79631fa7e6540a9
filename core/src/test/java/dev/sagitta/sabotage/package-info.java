/** Breaks the library on purpose, to see that its tests notice. */
@NullMarked
package dev.sagitta.sabotage;

import org.jspecify.annotations.NullMarked;
