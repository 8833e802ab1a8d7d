/** The HTTP interface and the page. */
@NullMarked
package dev.isthmus.gateway.web;

import org.jspecify.annotations.NullMarked;
