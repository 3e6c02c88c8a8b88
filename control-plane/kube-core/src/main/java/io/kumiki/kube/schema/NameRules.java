package io.kumiki.kube.schema;

import io.kumiki.kube.select.LabelText;
import java.util.regex.Pattern;

/// What is wrong with a name, in Kubernetes' words; empty when nothing is.
public final class NameRules {
    private static final String LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private static final String LABEL_1035 = "[a-z]([-a-z0-9]*[a-z0-9])?";
    private static final String SUBDOMAIN = LABEL + "(\\." + LABEL + ")*";
    private static final String USED = ", regex used for validation is '";
    private static final Pattern IS_1035 = Pattern.compile(LABEL_1035);

    private static final String QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";

    public static final String LABEL_KEY = "name part must consist of alphanumeric characters, '-', '_' or '.', and"
            + " must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc'" + USED
            + QUALIFIED + "')";
    public static final String LABEL_VALUE = "a valid label must be an empty string or consist of alphanumeric"
            + " characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or"
            + " 'my_value',  or '12345'" + USED + "(" + QUALIFIED + ")?')";

    private NameRules() {}

    public static String dns1035(String name) {
        String wrong = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an"
                + " alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123'" + USED
                + LABEL_1035 + "')";
        return said(name, 63, IS_1035.matcher(name).matches(), wrong);
    }

    public static String dns1123Label(String name) {
        String wrong = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must"
                + " start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc'" + USED + LABEL + "')";
        return said(name, 63, LabelText.label(name), wrong);
    }

    public static String dns1123Subdomain(String name) {
        String wrong = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.',"
                + " and must start and end with an alphanumeric character (e.g. 'example.com'" + USED + SUBDOMAIN
                + "')";
        return said(name, 253, LabelText.subdomain(name), wrong);
    }

    private static String said(String name, int longest, boolean shaped, String wrong) {
        String length = name.length() > longest ? "must be no more than " + longest + " characters" : "";
        String shape = shaped ? "" : wrong;
        return length.isEmpty() || shape.isEmpty() ? length + shape : length + "," + shape;
    }
}
