package io.kumiki.kube.cel;

import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.OptionalType;
import dev.cel.common.types.SimpleType;
import io.kumiki.kube.schema.Formats;
import io.kumiki.kube.schema.NameRules;
import io.kumiki.kube.select.LabelText;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/// `format.dns1123Label().validate(…)`: formats by name. Nothing is the answer when a text is good.
final class FormatFunctions {
    static final OpaqueType TYPE = OpaqueType.create("kubernetes.NamedFormat");

    /// @param wrong what is wrong with a text; empty when nothing is
    record Named(String name, UnaryOperator<String> wrong) {}

    private static final Named NONE = new Named("", text -> "");
    private static final Map<String, Named> FORMATS = formats();

    private FormatFunctions() {}

    private static Map<String, Named> formats() {
        Map<String, Named> formats = new TreeMap<>();
        add(formats, "dns1123Label", NameRules::dns1123Label);
        add(formats, "dns1123Subdomain", NameRules::dns1123Subdomain);
        add(formats, "dns1035Label", NameRules::dns1035);
        add(formats, "dns1123LabelPrefix", text -> NameRules.dns1123Label(unmasked(text)));
        add(formats, "dns1123SubdomainPrefix", text -> NameRules.dns1123Subdomain(unmasked(text)));
        add(formats, "dns1035LabelPrefix", text -> NameRules.dns1035(unmasked(text)));
        add(
                formats,
                "qualifiedName",
                text -> LabelText.validKey(text)
                        ? ""
                        : "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end"
                                + " with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex"
                                + " used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')");
        add(
                formats,
                "labelValue",
                text -> LabelText.validValue(text)
                        ? ""
                        : "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or"
                                + " '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or"
                                + " 'my_value',  or '12345', regex used for validation is"
                                + " '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')");
        add(
                formats,
                "uri",
                text -> Formats.matches("uri", text) ? "" : "parse \"" + text + "\": invalid URI for request");
        add(formats, "uuid", text -> Formats.matches("uuid", text) ? "" : "does not match the UUID format");
        add(formats, "byte", text -> Formats.matches("byte", text) ? "" : "invalid base64");
        add(formats, "date", text -> Formats.matches("date", text) ? "" : "invalid date");
        add(formats, "datetime", text -> Formats.matches("datetime", text) ? "" : "invalid datetime");
        return formats;
    }

    private static void add(Map<String, Named> formats, String name, UnaryOperator<String> wrong) {
        formats.put(name, new Named(name, wrong));
    }

    /// A prefix may end in what a name may not end in.
    private static String unmasked(String prefix) {
        return prefix.endsWith("-") ? prefix.substring(0, prefix.length() - 1) + "a" : prefix;
    }

    static Library library() {
        CelType found = OptionalType.create(ListType.create(SimpleType.STRING));
        Library library = new Library()
                .member("validate", "format-validate", found, List.of(TYPE, SimpleType.STRING), a -> {
                    String wrong = ((Named) a[0]).wrong.apply((String) a[1]);
                    return wrong.isEmpty() ? Optional.empty() : Optional.of(List.of(wrong));
                })
                .global(
                        "format.named",
                        "format-named",
                        OptionalType.create(TYPE),
                        List.of(SimpleType.STRING),
                        a -> Optional.ofNullable(FORMATS.get((String) a[0])));
        FORMATS.keySet()
                .forEach(name -> library.global(
                        "format." + name, "format." + name, TYPE, List.of(), a -> FORMATS.getOrDefault(name, NONE)));
        return library;
    }
}
