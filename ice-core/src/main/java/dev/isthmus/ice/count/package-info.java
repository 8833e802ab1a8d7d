/** Named reasons and the single-writer counters behind them. */
@NullMarked
package dev.isthmus.ice.count;

import org.jspecify.annotations.NullMarked;
