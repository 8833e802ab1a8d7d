package dev.isthmus.ice.arch;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The tests that apply the project's rules to a module; each module has a subclass that names its root package. */
public abstract class ModuleRules {
    /** Returns the module's root package. */
    protected abstract String root();

    static List<ArchRule> rules() {
        return ProjectRules.main();
    }

    @ParameterizedTest
    @MethodSource("rules")
    void mainCode(ArchRule rule) {
        JavaClasses main = new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages(root());
        assertThat(main.size()).isGreaterThan(20);
        rule.check(main);
    }

    @Test
    void testsNeverSleepAndHaveNamesThatRun() {
        JavaClasses all = new ClassFileImporter().importPackages(root());
        ProjectRules.noSleep().check(all);
        ProjectRules.testNames().check(all);
    }

    @Test
    void filesAndMethodsStayShort() throws IOException {
        assertThat(ProjectRules.tooLong(Path.of("src/main/java"))).isEmpty();
    }
}
