package dev.isthmus.ice.arch;

/** This module keeps the project's rules. */
class ArchitectureTest extends ModuleRules {
    @Override
    protected String root() {
        return "dev.isthmus.ice";
    }
}
