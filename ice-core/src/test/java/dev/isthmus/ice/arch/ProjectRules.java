package dev.isthmus.ice.arch;

import java.util.Date;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The rules of the design that a tool can check, written once and applied by one test in each module. */
public final class ProjectRules {
    private static final Set<String> SHELLS = Set.of("net", "listen", "web", "ops", "app");
    private static final int LONGEST_FILE = 500;
    private static final int LONGEST_METHOD = 60;
    private static final String WHY = "protocols do no I/O and are handed time and randomness (ARCHITECTURE.md, rule 1)";

    private ProjectRules() {}

    /** Code of a protocol: not in a shell package, and not the DTLS adapter, whose library blocks. */
    private static final DescribedPredicate<JavaClass> PROTOCOL = new DescribedPredicate<>("outside shell packages") {
        @Override
        public boolean test(JavaClass type) {
            String name = type.getPackageName();
            return name.startsWith("dev.isthmus") && !name.startsWith("dev.isthmus.ice.dtls.bc")
                    && Stream.of(name.split("\\.")).noneMatch(SHELLS::contains);
        }
    };

    private static DescribedPredicate<JavaAccess<?>> callOf(String owner, String method) {
        return new DescribedPredicate<JavaAccess<?>>("a call of " + owner + "." + method) {
            @Override
            public boolean test(JavaAccess<?> call) {
                return call.getTargetOwner().getName().equals(owner) && call.getTarget().getName().equals(method);
            }
        };
    }

    private static ArchRule noClock(String owner, String method) {
        return noClasses().that(PROTOCOL).should().accessTargetWhere(callOf(owner, method)).because(WHY);
    }

    /** Returns the rules for main code. */
    public static List<ArchRule> main() {
        DescribedPredicate<JavaClass> banned = new DescribedPredicate<>("sockets, channels, threads, executors, clocks or random sources") {
            @Override
            public boolean test(JavaClass type) {
                String name = type.getName();
                boolean random = name.startsWith("java.util.Random") || name.equals("java.util.SplittableRandom")
                        || name.equals("java.util.concurrent.ThreadLocalRandom") || name.equals("java.security.SecureRandom")
                        || name.equals("java.util.UUID");
                boolean thread = name.startsWith("java.util.concurrent.Executor") || name.startsWith("java.util.concurrent.ForkJoin")
                        || name.startsWith("java.util.concurrent.Scheduled") || name.startsWith("java.lang.Thread")
                        || name.equals("java.util.Timer");
                boolean clock = name.equals("java.time.Clock") || name.startsWith("java.time.Local");
                boolean value = name.equals("java.net.InetAddress") || name.equals("java.net.UnknownHostException")
                        || name.equals("java.net.URI") || name.equals("java.net.IDN");
                return random || thread || clock || name.startsWith("java.net.") && !value || name.startsWith("io.netty.channel")
                        || name.startsWith("java.nio.channels");
            }
        };
        return List.of(noClasses().that(PROTOCOL).should().dependOnClassesThat(banned).because(WHY),
                noClock("java.lang.System", "nanoTime"), noClock("java.lang.System", "currentTimeMillis"),
                noClock("java.time.Instant", "now"), noClasses().that(PROTOCOL).should().callConstructor(Date.class).because(WHY),
                noClock("java.lang.Math", "random"), noSleep(),
                SlicesRuleDefinition.slices().matching("dev.isthmus.(*).(*)..").should().beFreeOfCycles().allowEmptyShould(true));
    }

    /** Returns the rule that holds for tests too: nothing ever sleeps. */
    public static ArchRule noSleep() {
        return noClasses().should().accessTargetWhere(callOf("java.lang.Thread", "sleep"))
                .because("a test waits for what it wants, a protocol is handed the time");
    }

    /** Returns the rule that Surefire would otherwise break silently. */
    public static ArchRule testNames() {
        DescribedPredicate<JavaClass> hasTests = new DescribedPredicate<>("hold tests") {
            @Override
            public boolean test(JavaClass type) {
                boolean concrete = type.isTopLevelClass() && !type.getModifiers().contains(JavaModifier.ABSTRACT);
                return concrete && type.getMethods().stream()
                        .anyMatch(m -> m.getAnnotations().stream().map(a -> a.getRawType().getName())
                                .anyMatch(n -> n.startsWith("org.junit.jupiter") && n.endsWith("Test")));
            }
        };
        return classes().that(hasTests).should().haveSimpleNameEndingWith("Test").orShould().haveSimpleNameEndingWith("IT")
                .because("other names are skipped without a word").allowEmptyShould(true);
    }

    /** Returns main code's files and methods that are too long, as {@code file: what}. */
    public static List<String> tooLong(Path sources) throws IOException {
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(sources)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                List<String> lines = Files.readAllLines(file);
                if (lines.size() > LONGEST_FILE) {
                    found.add(file.getFileName() + ": " + lines.size() + " lines");
                }
                longMethods(file, lines, found);
            }
        }
        return found;
    }

    /** The formatter puts a method's head at four or eight spaces, wrapped or not, and its closing brace below the head's first letter. */
    private static void longMethods(Path file, List<String> lines, List<String> found) {
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            String indent = line.substring(0, line.length() - line.stripLeading().length());
            boolean candidate = (indent.length() == 4 || indent.length() == 8) && line.contains("(")
                    && !line.strip().matches("([}@/*]|(if|for|while|switch|try|synchronized|catch|record|class|enum|return|else|do)\\b).*");
            int end = candidate && opensBlock(lines, i) ? lines.subList(i, lines.size()).indexOf(indent + "}") : -1;
            if (end > LONGEST_METHOD) {
                found.add(file.getFileName() + ":" + (i + 1) + ": a method of " + end + " lines");
            }
        }
    }

    /** Returns whether the statement or head that begins on a line ends with an opening brace before any semicolon. */
    private static boolean opensBlock(List<String> lines, int from) {
        for (int i = from; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.endsWith("{") || line.endsWith(";") || line.endsWith("}")) {
                return line.endsWith(") {") || line.matches(".*throws .*\\{");
            }
        }
        return false;
    }
}
