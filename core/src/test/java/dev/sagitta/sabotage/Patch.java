package dev.sagitta.sabotage;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A change of one method's code as it is loaded. Names of classes are those below {@code
 * dev.sagitta}; a method's name stands for all methods that begin with it, so that the bodies of
 * lambdas can be named.
 */
sealed interface Patch {

  /** The package of everything that is named. */
  String ROOT = "dev.sagitta.";

  /** Class whose code is changed. */
  String inClass();

  /** Beginning of the names of the methods whose code is changed. */
  String inMethod();

  /**
   * The change.
   *
   * @param done counts the places that were changed
   */
  CodeTransform transform(AtomicInteger done);

  /**
   * Calls of one method become calls of a static one, which gets the receiver as first argument.
   *
   * @param call class and name of the method called, as in {@code engine.Epoch.enter}
   * @param instead class and name of the static method
   */
  record Redirect(String inClass, String inMethod, String call, String instead) implements Patch {
    @Override
    public CodeTransform transform(AtomicInteger done) {
      return (builder, element) -> {
        if (element instanceof InvokeInstruction invoke && isCallOf(invoke, call)) {
          MethodTypeDesc type = invoke.typeSymbol();
          List<ClassDesc> parameters = new ArrayList<>(type.parameterList());
          if (invoke.opcode() != Opcode.INVOKESTATIC) {
            parameters.addFirst(invoke.owner().asSymbol());
          }
          builder.invokestatic(
              ClassDesc.of(owner(instead)),
              name(instead),
              MethodTypeDesc.of(type.returnType(), parameters));
          done.incrementAndGet();
        } else {
          builder.with(element);
        }
      };
    }
  }

  /** Calls of a method without result are left out. */
  record LeaveOut(String inClass, String inMethod, String call) implements Patch {
    @Override
    public CodeTransform transform(AtomicInteger done) {
      return (builder, element) -> {
        if (element instanceof InvokeInstruction invoke && isCallOf(invoke, call)) {
          popAll(builder, invoke);
          done.incrementAndGet();
        } else {
          builder.with(element);
        }
      };
    }

    private static void popAll(CodeBuilder builder, InvokeInstruction invoke) {
      for (ClassDesc parameter : invoke.typeSymbol().parameterList().reversed()) {
        if (parameter.descriptorString().equals("J") || parameter.descriptorString().equals("D")) {
          builder.pop2();
        } else {
          builder.pop();
        }
      }
      if (invoke.opcode() != Opcode.INVOKESTATIC) {
        builder.pop();
      }
    }
  }

  /**
   * A comparison that leads to a jump loses its effect: it never jumps.
   *
   * @param opcode that of the jump
   * @param occurrence which of those in the method, from 0
   */
  record NeverJump(String inClass, String inMethod, Opcode opcode, int occurrence)
      implements Patch {
    @Override
    public CodeTransform transform(AtomicInteger done) {
      AtomicInteger met = new AtomicInteger();
      return (builder, element) -> {
        if (isJump(element, opcode) && met.getAndIncrement() == occurrence) {
          popCompared(builder, opcode);
          done.incrementAndGet();
        } else {
          builder.with(element);
        }
      };
    }
  }

  /** The same, but it always jumps. */
  record AlwaysJump(String inClass, String inMethod, Opcode opcode, int occurrence)
      implements Patch {
    @Override
    public CodeTransform transform(AtomicInteger done) {
      AtomicInteger met = new AtomicInteger();
      return (builder, element) -> {
        if (isJump(element, opcode)
            && met.getAndIncrement() == occurrence
            && element instanceof BranchInstruction branch) {
          popCompared(builder, opcode);
          builder.goto_(branch.target());
          done.incrementAndGet();
        } else {
          builder.with(element);
        }
      };
    }
  }

  private static void popCompared(CodeBuilder builder, Opcode opcode) {
    switch (opcode) {
      case IFEQ, IFNE, IFLT, IFGE, IFGT, IFLE, IFNULL, IFNONNULL -> builder.pop();
      default -> builder.pop2();
    }
  }

  private static boolean isJump(CodeElement element, Opcode opcode) {
    return element instanceof BranchInstruction branch && branch.opcode() == opcode;
  }

  private static boolean isCallOf(InvokeInstruction invoke, String method) {
    return invoke.name().equalsString(name(method))
        && invoke.owner().asInternalName().equals(owner(method).replace('.', '/'));
  }

  private static String owner(String method) {
    return ROOT + method.substring(0, method.lastIndexOf('.'));
  }

  private static String name(String method) {
    return method.substring(method.lastIndexOf('.') + 1);
  }
}
