package io.kumiki.app;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import java.time.Instant;
import java.util.Set;

/// The rules of the house that a compiler does not check.
@AnalyzeClasses(packages = "io.kumiki", importOptions = ImportOption.DoNotIncludeTests.class)
class HouseTest {
    private static final String[] PURE = {
        "io.kumiki.model..",
        "io.kumiki.pipelines..",
        "io.kumiki.kube..",
        "io.kumiki.placement",
        "io.kumiki.planner..",
        "io.kumiki.quota.."
    };

    @ArchTest
    static void pureModulesKnowNoShell(JavaClasses classes) {
        noClasses()
                .that()
                .resideInAnyPackage(PURE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.vertx..",
                        "io.fabric8.kubernetes.client..",
                        "com.hazelcast..",
                        "java.sql..",
                        "org.slf4j..",
                        "io.opentelemetry..",
                        "java.net.http..")
                .check(classes);
    }

    @ArchTest
    static void pureModulesTakeTimeAndChanceAsArguments(JavaClasses classes) {
        noClasses()
                .that()
                .resideInAnyPackage(PURE)
                .should()
                .callMethodWhere(reads("the clock or chance"))
                .check(classes);
    }

    @ArchTest
    static void pureModulesStartNoThreads(JavaClasses classes) {
        noClasses()
                .that()
                .resideInAnyPackage(PURE)
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.Thread")
                .orShould()
                .dependOnClassesThat()
                .haveNameMatching("java\\.util\\.concurrent\\.(Executors?|ExecutorService|ThreadPoolExecutor)")
                .check(classes);
    }

    @ArchTest
    static void nothingBlocksInOrder(JavaClasses classes) {
        noClasses()
                .should()
                .callMethodWhere(new DescribedPredicate<JavaCall<?>>("executeBlocking without saying unordered") {
                    @Override
                    public boolean test(JavaCall<?> call) {
                        return call.getTarget().getName().equals("executeBlocking")
                                && call.getTarget().getRawParameterTypes().size() == 1;
                    }
                })
                .check(classes);
    }

    @ArchTest
    static void roomsDoNotReachIntoEachOther(JavaClasses classes) {
        noClasses()
                .that()
                .resideInAPackage("io.kumiki.web..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.kumiki.runs..", "io.kumiki.localcluster..", "io.kumiki.app..")
                .check(classes);
        noClasses()
                .that()
                .resideInAPackage("io.kumiki.runs..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.kumiki.web..", "io.kumiki.localcluster..", "io.kumiki.app..")
                .check(classes);
    }

    private static DescribedPredicate<JavaCall<?>> reads(String what) {
        Set<String> banned = Set.of(
                "java.lang.System.currentTimeMillis",
                "java.lang.System.nanoTime",
                "java.lang.Math.random",
                "java.util.UUID.randomUUID",
                Instant.class.getName() + ".now");
        return new DescribedPredicate<>("read " + what) {
            @Override
            public boolean test(JavaCall<?> call) {
                String owner = call.getTargetOwner().getName();
                boolean noArguments = call.getTarget().getRawParameterTypes().isEmpty();
                return noArguments
                        && (banned.contains(owner + "." + call.getName())
                                || (call.getName().equals("<init>") && owner.equals("java.util.Random")));
            }
        };
    }
}
