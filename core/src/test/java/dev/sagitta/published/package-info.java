/** Tests of what is published: the packaged JAR, as its users meet it. */
@NullMarked
package dev.sagitta.published;

import org.jspecify.annotations.NullMarked;
