package io.kumiki.model.crd;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// What a definition says about a record component beyond its type.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Field {
    /// Shown by `kubectl explain`.
    String value();

    /// Of a number, of a list's or map's size, of a text's length.
    long min() default 0;

    /// 0 for none.
    long max() default 0;

    /// Filled in when absent, as JSON; empty for none. A field with a default is not required.
    String otherwise() default "";

    String pattern() default "";
}
