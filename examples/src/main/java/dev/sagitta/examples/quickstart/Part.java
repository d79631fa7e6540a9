package dev.sagitta.examples.quickstart;

import dev.sagitta.examples.quickstart.JdkMethod.Call;
import java.lang.constant.ClassDesc;
import java.util.stream.Stream;

/**
 * A part of a method that tells what the method does, with the weight that its terms have together.
 * The name tells most. The weights were found by trial: they put the method one would want near the
 * top for some fifty questions, and those around them do nearly as well.
 */
enum Part {
  /** The words of the method's name. */
  NAME(1.0) {
    @Override
    Stream<String> terms(JdkMethod method) {
      return method.isConstructor() ? Stream.of("new") : Words.of(method.name());
    }
  },

  /** The words of the class's name. */
  CLASS(0.6) {
    @Override
    Stream<String> terms(JdkMethod method) {
      return Words.of(method.owner().name());
    }
  },

  /** The words of the package's name. */
  PACKAGE(0.2) {
    @Override
    Stream<String> terms(JdkMethod method) {
      return Words.of(method.owner().packageName());
    }
  },

  /** The words of the parameters' types. */
  PARAMETERS(0.3) {
    @Override
    Stream<String> terms(JdkMethod method) {
      return method.type().parameterList().stream().flatMap(Part::typeTerms);
    }
  },

  /** The words of the result's type. */
  RESULT(0.3) {
    @Override
    Stream<String> terms(JdkMethod method) {
      return typeTerms(method.type().returnType());
    }
  },

  /** The words of the methods that it calls, and of their classes. */
  CALLS(0.3) {
    @Override
    Stream<String> terms(JdkMethod method) {
      return method.calls().stream().flatMap(Part::callTerms);
    }
  },

  /** Groups of letters from the names of the method and the class: words that look alike. */
  SPELLING(0.2) {
    @Override
    Stream<String> terms(JdkMethod method) {
      return Stream.concat(NAME.terms(method), CLASS.terms(method)).flatMap(Words::letterGroups);
    }
  };

  private final double weight;

  Part(double weight) {
    this.weight = weight;
  }

  /** The length of this part's vector before the parts are added up. */
  double weight() {
    return weight;
  }

  /** This part's terms in a method, repeated as they are there; possibly none. */
  abstract Stream<String> terms(JdkMethod method);

  private static Stream<String> typeTerms(ClassDesc type) {
    return Words.of(type.displayName().replace("[]", " array"));
  }

  private static Stream<String> callTerms(Call call) {
    boolean constructor = call.methodName().startsWith("<");
    return constructor
        ? Words.of(call.className())
        : Stream.concat(Words.of(call.className()), Words.of(call.methodName()));
  }
}
