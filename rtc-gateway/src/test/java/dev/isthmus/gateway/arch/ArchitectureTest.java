package dev.isthmus.gateway.arch;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import dev.isthmus.ice.arch.ModuleRules;
import org.junit.jupiter.api.Test;

/** This module keeps the project's rules. */
class ArchitectureTest extends ModuleRules {
    @Override
    protected String root() {
        return "dev.isthmus.gateway";
    }

    @Test
    void onlyTheEmbeddedPackageKnowsTheTurnServer() {
        ArchRuleDefinition.noClasses().that().resideOutsideOfPackage("dev.isthmus.gateway.embedded..").should().dependOnClassesThat()
                .resideInAPackage("dev.isthmus.turn..")
                .check(new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages(root()));
    }

    @Test
    void ofTheTurnServerOnlyItsApiIsUsed() {
        ArchRuleDefinition.noClasses().should().dependOnClassesThat()
                .resideInAnyPackage("dev.isthmus.turn.server..", "dev.isthmus.turn.allocation..", "dev.isthmus.turn.peers..",
                        "dev.isthmus.turn.app..")
                .check(new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages(root()));
    }
}
