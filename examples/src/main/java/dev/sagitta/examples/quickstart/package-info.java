/**
 * The quickstart: a search in plain words over the methods of the running JDK. {@link
 * dev.sagitta.examples.quickstart.Quickstart} is the program; read it from there.
 */
@NullMarked
package dev.sagitta.examples.quickstart;

import org.jspecify.annotations.NullMarked;
