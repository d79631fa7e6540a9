/**
 * Image search: pictures as vectors of pixels, their nearest neighbours on a page. {@link
 * dev.sagitta.examples.images.ImageSearch} is the program; read it from there.
 */
@NullMarked
package dev.sagitta.examples.images;

import org.jspecify.annotations.NullMarked;
