package io.kumiki.kube.cel;

import dev.cel.bundle.Cel;
import dev.cel.bundle.CelFactory;
import dev.cel.checker.CelStandardDeclarations;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOptions;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.types.CelType;
import dev.cel.common.types.OptionalType;
import dev.cel.extensions.CelExtensions;
import dev.cel.extensions.CelStringExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelStandardFunctions;
import dev.cel.runtime.CelStandardFunctions.StandardFunction;
import dev.cel.runtime.standard.AddOperator;
import dev.cel.validator.CelValidator;
import dev.cel.validator.CelValidatorFactory;
import dev.cel.validator.validators.DurationLiteralValidator;
import dev.cel.validator.validators.HomogeneousLiteralValidator;
import dev.cel.validator.validators.RegexLiteralValidator;
import dev.cel.validator.validators.TimestampLiteralValidator;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The language as Kubernetes 1.34 speaks it: CEL with optionals, strings, sets, two-variable macros and Kubernetes'
/// own libraries.
final class Dialect {
    static final String SELF = "self";
    static final String OLD_SELF = "oldSelf";
    private static final int LONGEST = 100_000;
    /// Replaced: by functions that know sets and maps, or that bound what they may cost.
    private static final Set<StandardFunction> OWN =
            Set.of(StandardFunction.EQUALS, StandardFunction.NOT_EQUALS, StandardFunction.MATCHES);
    private static final CelStringExtensions.Function[] STRINGS = {
        CelStringExtensions.Function.CHAR_AT,
        CelStringExtensions.Function.INDEX_OF,
        CelStringExtensions.Function.LAST_INDEX_OF,
        CelStringExtensions.Function.LOWER_ASCII,
        CelStringExtensions.Function.QUOTE,
        CelStringExtensions.Function.SPLIT,
        CelStringExtensions.Function.SUBSTRING,
        CelStringExtensions.Function.TRIM,
        CelStringExtensions.Function.UPPER_ASCII
    };
    private static final Cel BASE = base();

    private Dialect() {}

    /// With the two variables that rules speak of.
    static Cel of(CelType self, boolean optionalOldSelf, Types types) {
        return BASE.toCelBuilder()
                .setTypeProvider(types)
                .addVar(SELF, self)
                .addVar(OLD_SELF, optionalOldSelf ? OptionalType.create(self) : self)
                .build();
    }

    /// Judges literals that would fail whenever they are evaluated.
    static CelValidator literals(Cel cel) {
        return CelValidatorFactory.standardCelValidatorBuilder(cel)
                .addAstValidators(
                        RegexLiteralValidator.INSTANCE,
                        DurationLiteralValidator.INSTANCE,
                        TimestampLiteralValidator.INSTANCE,
                        HomogeneousLiteralValidator.newInstance("format"))
                .build();
    }

    /// With variables of one type.
    static Cel of(List<String> variables, CelType type) {
        var builder = BASE.toCelBuilder();
        variables.forEach(name -> builder.addVar(name, type));
        return builder.build();
    }

    private static Cel base() {
        CelOptions options = CelOptions.current()
                .maxExpressionCodePointSize(LONGEST)
                .enableHeterogeneousNumericComparisons(true)
                .build();
        List<CelFunctionBinding> bindings = new ArrayList<>();
        Map<String, List<CelOverloadDecl>> declared = new LinkedHashMap<>();
        for (Library library : List.of(
                Equality.library(),
                ListFunctions.library(),
                TextFunctions.library(),
                UrlFunctions.library(),
                QuantityFunctions.library(),
                AddressFunctions.library(),
                FormatFunctions.library(),
                SemverFunctions.library())) {
            bindings.addAll(library.bindings());
            library.declared()
                    .forEach((name, overloads) -> declared.computeIfAbsent(name, key -> new ArrayList<>())
                            .addAll(overloads));
        }
        List<CelFunctionDecl> declarations = new ArrayList<>();
        declared.forEach(
                (name, overloads) -> declarations.add(CelFunctionDecl.newFunctionDeclaration(name, overloads)));
        CelStandardFunctions functions = CelStandardFunctions.newBuilder()
                .filterFunctions(
                        (function, overload) -> !OWN.contains(function) && overload != AddOperator.AddOverload.ADD_LIST)
                .build();
        var optional = CelExtensions.optional(2);
        var strings = CelExtensions.strings(STRINGS);
        var comprehensions = CelExtensions.comprehensions();
        return CelFactory.standardCelBuilder()
                .setOptions(options)
                .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
                .setStandardEnvironmentEnabled(false)
                .setStandardDeclarations(CelStandardDeclarations.newBuilder().build())
                .setStandardFunctions(functions)
                .addCompilerLibraries(optional, strings, comprehensions)
                .addRuntimeLibraries(optional, strings, comprehensions)
                .addFunctionDeclarations(declarations)
                .addFunctionBindings(bindings)
                .build();
    }
}
