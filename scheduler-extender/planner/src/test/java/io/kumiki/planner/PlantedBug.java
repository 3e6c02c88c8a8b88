package io.kumiki.planner;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.InvocationTargetException;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A planner with one fault: its class files are changed while a class loader of their own reads them, so the code
/// under test needs no switches. A change that finds nothing to change is a mistake of the test.
///
/// @param says what is wrong
/// @param in the class
/// @param method its name; its lambdas belong to it
/// @param callee the call inside whose result is replaced and which is not made; null for the whole method
/// @param result what comes instead: 0 or null, 1 for true
record PlantedBug(
        String says, String in, String method, @Nullable String callee, int result) {
    static PlantedBug returns(String says, Class<?> in, String method, int result) {
        return new PlantedBug(says, in.getName(), method, null, result);
    }

    static PlantedBug without(String says, Class<?> in, String method, String callee, int result) {
        return new PlantedBug(says, in.getName(), method, callee, result);
    }

    /// Several at once: one line of defence behind the other.
    static Loader plant(PlantedBug... bugs) {
        return new Loader(List.of(bugs));
    }

    /// Runs the simulation in a world of its own.
    static final class Loader extends ClassLoader {
        private final List<PlantedBug> bugs;

        private Loader(List<PlantedBug> bugs) {
            super(PlantedBug.class.getClassLoader());
            this.bugs = bugs;
        }

        /// What the simulation noticed; null for nothing.
        @Nullable
        String run(long seed) {
            try {
                Class<?> type = loadClass("io.kumiki.planner.Simulation");
                var make = type.getDeclaredConstructor(long.class);
                make.setAccessible(true);
                var run = type.getDeclaredMethod("run");
                run.setAccessible(true);
                run.invoke(make.newInstance(seed));
                return null;
            } catch (InvocationTargetException e) {
                return String.valueOf(e.getCause());
            } catch (ReflectiveOperationException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("io.kumiki.planner.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                if (loaded == null) {
                    byte[] bytes = read(name);
                    for (PlantedBug bug : bugs) {
                        bytes = name.equals(bug.in()) ? bug.change(bytes) : bytes;
                    }
                    loaded = defineClass(name, bytes, 0, bytes.length);
                }
                return loaded;
            }
        }

        private byte[] read(String name) throws ClassNotFoundException {
            try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                return in.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private byte[] change(byte[] bytes) {
        ClassFile classes = ClassFile.of();
        ClassModel model = classes.parse(bytes);
        int[] changed = {0};
        Predicate<MethodModel> here = m -> m.methodName().stringValue().equals(method)
                || (callee != null && m.methodName().stringValue().startsWith("lambda$" + method + "$"));
        ClassTransform transform = (builder, element) -> {
            if (element instanceof MethodModel m && here.test(m) && m.code().isPresent()) {
                builder.transformMethod(
                        m, callee == null ? body(m, changed) : MethodTransform.transformingCode(calls(changed)));
            } else {
                builder.with(element);
            }
        };
        byte[] result = classes.transformClass(model, transform);
        if (changed[0] == 0) {
            throw new AssertionError("nothing to change for: " + says);
        }
        return result;
    }

    private MethodTransform body(MethodModel method, int[] changed) {
        return (builder, element) -> {
            if (element instanceof CodeModel) {
                changed[0]++;
                builder.withCode(code -> {
                    TypeKind kind = TypeKind.from(method.methodTypeSymbol().returnType());
                    push(code, kind);
                    code.return_(kind);
                });
            } else {
                builder.with(element);
            }
        };
    }

    private CodeTransform calls(int[] changed) {
        return (CodeBuilder code, CodeElement element) -> {
            if (element instanceof InvokeInstruction call
                    && call.name().stringValue().equals(callee)) {
                changed[0]++;
                MethodTypeDesc type = call.typeSymbol();
                for (int i = type.parameterCount() - 1; i >= 0; i--) {
                    pop(code, type.parameterType(i));
                }
                if (call.opcode() != Opcode.INVOKESTATIC) {
                    code.pop();
                }
                push(code, TypeKind.from(type.returnType()));
            } else {
                code.with(element);
            }
        };
    }

    private static void pop(CodeBuilder code, ClassDesc type) {
        if (TypeKind.from(type).slotSize() == 2) {
            code.pop2();
        } else {
            code.pop();
        }
    }

    private void push(CodeBuilder code, TypeKind kind) {
        switch (kind) {
            case VOID -> {}
            case REFERENCE -> code.aconst_null();
            case LONG -> code.loadConstant((long) result);
            case FLOAT -> code.loadConstant((float) result);
            case DOUBLE -> code.loadConstant((double) result);
            default -> code.loadConstant(result);
        }
    }
}
