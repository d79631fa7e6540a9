package dev.sagitta.architecture;

import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.sagitta.VectorCollection;
import dev.sagitta.VectorDatabase;
import java.lang.foreign.Arena;

/**
 * One direction only between modules and packages, and what the library's code never calls. The
 * POMs enforce the first between modules; this test also does inside core.
 */
@AnalyzeClasses(packages = "dev.sagitta", importOptions = ArchitectureTest.LibraryCode.class)
final class ArchitectureTest {
  private static final String DISTANCE = "dev.sagitta.distance..";
  private static final String HNSW = "dev.sagitta.hnsw..";
  private static final String PERSISTENCE = "dev.sagitta.persistence..";
  private static final String BACKUP = "dev.sagitta.backup..";
  private static final String PUBLIC = "dev.sagitta";
  private static final String ENGINE = "dev.sagitta.engine..";
  private static final String JDK = "java..";
  private static final String ANNOTATIONS = "org.jspecify.annotations";

  /** Agrona: the parts that need no JVM flag. */
  private static final String COLLECTIONS = "org.agrona.collections";

  private static final String BITS_AND_CLOSING = "org.agrona";
  private static final String IDLE_STRATEGIES = "org.agrona.concurrent";

  @ArchTest
  static final ArchRule distanceNeedsTheJdkOnly =
      dependsOnlyOn(DISTANCE, JDK, ANNOTATIONS, "jdk.incubator.vector");

  @ArchTest
  static final ArchRule hnswNeedsDistance =
      dependsOnlyOn(
          HNSW, DISTANCE, JDK, ANNOTATIONS, COLLECTIONS, BITS_AND_CLOSING, IDLE_STRATEGIES);

  @ArchTest
  static final ArchRule persistenceNeedsTheJdkOnly = dependsOnlyOn(PERSISTENCE, JDK, ANNOTATIONS);

  @ArchTest
  static final ArchRule backupNeedsPersistence =
      dependsOnlyOn(BACKUP, PERSISTENCE, JDK, ANNOTATIONS);

  @ArchTest
  static final ArchRule engineNeedsTheModulesAndPublicValues =
      dependsOnlyOn(
          ENGINE,
          PUBLIC,
          DISTANCE,
          HNSW,
          PERSISTENCE,
          BACKUP,
          JDK,
          ANNOTATIONS,
          COLLECTIONS,
          BITS_AND_CLOSING,
          IDLE_STRATEGIES);

  @ArchTest
  static final ArchRule engineDoesNotCallItsFrontDoor =
      noClasses().that().resideInAPackage(ENGINE).should().dependOnClassesThat(are(frontDoor()));

  @ArchTest
  static final ArchRule onlyTheFrontDoorKnowsTheEngine =
      noClasses()
          .that()
          .resideInAPackage(PUBLIC)
          .and(DescribedPredicate.not(frontDoor()))
          .should()
          .dependOnClassesThat()
          .resideInAPackage(ENGINE);

  @ArchTest
  static final ArchRule publicValuesNeedDistanceOnly =
      classes()
          .that()
          .resideInAPackage(PUBLIC)
          .and(DescribedPredicate.not(frontDoor()))
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(PUBLIC, "dev.sagitta.distance", JDK, ANNOTATIONS);

  /** Agrona's buffers, queues and counters need --add-opens. */
  @ArchTest
  static final ArchRule nothingOfAgronaThatNeedsFlags =
      noClasses()
          .should()
          .dependOnClassesThat()
          .haveNameMatching(
              "org\\.agrona\\.(.*Buffer.*|.*Unsafe.*|concurrent\\.(?!.*IdleStrategy).*)");

  @ArchTest
  static final ArchRule noInternalsOfTheJdk =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("sun..", "com.sun..", "jdk.internal..");

  /** They make C2 discard the kernels again and again: docs/decisions/0014. */
  @ArchTest
  static final ArchRule sharedArenasOnly =
      noClasses()
          .should()
          .callMethod(Arena.class, "ofConfined")
          .orShould()
          .callMethod(Arena.class, "ofAuto");

  /** Nor printStackTrace. */
  @ArchTest static final ArchRule nothingPrints = NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;

  /** System.Logger only: the host decides the backend. */
  @ArchTest static final ArchRule noJavaUtilLogging = NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;

  private static ArchRule dependsOnlyOn(String packages, String... others) {
    String[] allowed = new String[others.length + 1];
    allowed[0] = packages;
    System.arraycopy(others, 0, allowed, 1, others.length);
    return classes()
        .that()
        .resideInAPackage(packages)
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(allowed);
  }

  private static DescribedPredicate<JavaClass> frontDoor() {
    return JavaClass.Predicates.belongToAnyOf(VectorDatabase.class, VectorCollection.class)
        .as("VectorDatabase and VectorCollection");
  }

  /** Leaves out the tests, also those that persistence lends as a JAR. */
  static final class LibraryCode implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("/test-classes/") && !location.contains("-tests.jar");
    }
  }
}
