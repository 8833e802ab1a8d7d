package dev.isthmus.turn.arch;

import dev.isthmus.ice.arch.ModuleRules;

/** This module keeps the project's rules. */
class ArchitectureTest extends ModuleRules {
    @Override
    protected String root() {
        return "dev.isthmus.turn";
    }
}
