/** What a distance is: the metrics that a collection can be searched by. */
@NullMarked
package dev.sagitta.distance;

import org.jspecify.annotations.NullMarked;
