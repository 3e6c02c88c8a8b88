package io.kumiki.kube;

import io.kumiki.kube.select.FieldSelector;
import io.kumiki.kube.select.LabelSelector;

/// Which objects of a list or a watch are wanted.
public record Selection(LabelSelector labels, FieldSelector fields) {
    public static final Selection ALL = new Selection(LabelSelector.ALL, FieldSelector.ALL);

    /// Both in Kubernetes' text form; empty selects everything.
    public static Selection of(String labels, String fields) {
        return new Selection(LabelSelector.parse(labels), FieldSelector.parse(fields));
    }

    public static Selection labels(String labels) {
        return of(labels, "");
    }

    public static Selection fields(String fields) {
        return of("", fields);
    }
}
