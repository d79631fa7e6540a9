/** Tests of the shape of the code: who may depend on whom, and what no source may contain. */
@NullMarked
package dev.sagitta.architecture;

import org.jspecify.annotations.NullMarked;
