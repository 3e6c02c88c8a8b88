package io.kumiki.model.crd;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// What `kubectl get` shows of the kind, in this order.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@Repeatable(Column.All.class)
public @interface Column {
    String value();

    String path();

    String type() default "string";

    /// Above 0 only with `-o wide`.
    int priority() default 0;

    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.TYPE)
    @interface All {
        Column[] value();
    }
}
