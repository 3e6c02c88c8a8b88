package io.kumiki.runtime.settings;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// On a component of a settings record. The key is the component's name in kebab-case below the section's name.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Setting {
    /// What it is for, one sentence.
    String help();

    /// The default as it would be written in a file; without one the key must be given.
    String byDefault() default REQUIRED;

    String REQUIRED = "\0required";
}
