/** What tests of every module share: real peers, processes, captures. */
@NullMarked
package dev.isthmus.ice.support;

import org.jspecify.annotations.NullMarked;
