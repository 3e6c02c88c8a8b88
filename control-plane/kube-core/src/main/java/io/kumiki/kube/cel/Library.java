package io.kumiki.kube.cel;

import dev.cel.common.CelOverloadDecl;
import dev.cel.common.types.CelType;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelFunctionOverload;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Functions that one library adds to the language: how they are called, and what they do.
final class Library {
    private final Map<String, List<CelOverloadDecl>> declared = new LinkedHashMap<>();
    private final List<CelFunctionBinding> bound = new ArrayList<>();

    /// `value.name(…)`: the first type is the value's.
    Library member(String name, String id, CelType result, List<CelType> takes, CelFunctionOverload body) {
        return add(name, CelOverloadDecl.newMemberOverload(id, result, takes), body);
    }

    /// `name(…)`.
    Library global(String name, String id, CelType result, List<CelType> takes, CelFunctionOverload body) {
        return add(name, CelOverloadDecl.newGlobalOverload(id, result, takes), body);
    }

    private Library add(String name, CelOverloadDecl overload, CelFunctionOverload body) {
        declared.computeIfAbsent(name, key -> new ArrayList<>()).add(overload);
        return bind(overload.overloadId(), overload.parameterTypes(), body);
    }

    /// What a function does that the language declares itself.
    Library bind(String id, List<CelType> takes, CelFunctionOverload body) {
        List<Class<?>> classes = new ArrayList<>();
        takes.forEach(type -> classes.add(Values.classOf(type)));
        bound.add(CelFunctionBinding.from(id, classes, body));
        return this;
    }

    Map<String, List<CelOverloadDecl>> declared() {
        return declared;
    }

    List<CelFunctionBinding> bindings() {
        return bound;
    }
}
