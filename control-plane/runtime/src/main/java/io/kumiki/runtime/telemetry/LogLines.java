package io.kumiki.runtime.telemetry;

import ch.qos.logback.classic.ClassicConstants;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.joran.spi.ConsoleTarget;
import ch.qos.logback.core.spi.ContextAwareBase;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/// Warnings of everybody and our own news go to standard error; standard output belongs to a command's answer.
/// `KUMIKI_LOG=DEBUG` shows more of ours. Whoever brings a configuration of logback's own gets that instead.
///
/// In code and not in XML, because reading XML takes half of the time until the first line of a log.
public final class LogLines extends ContextAwareBase implements Configurator {
    private static final String OURS = "io.kumiki";
    private static final String LEVEL = "KUMIKI_LOG";

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        if (configuredByFile()) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setContext(context);
        console.setName("err");
        console.setTarget(ConsoleTarget.SystemErr.getName());
        LineEncoder lines = new LineEncoder();
        lines.setContext(context);
        lines.start();
        console.setEncoder(lines);
        console.start();
        var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        root.addAppender(console);
        context.getLogger(OURS).setLevel(level(System.getenv(LEVEL)));
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /// @param wanted a level's name; anything else is INFO
    static Level level(@Nullable String wanted) {
        return Level.toLevel(wanted, Level.INFO);
    }

    private static boolean configuredByFile() {
        ClassLoader here = LogLines.class.getClassLoader();
        return System.getProperty(ClassicConstants.CONFIG_FILE_PROPERTY) != null
                || here.getResource(ClassicConstants.TEST_AUTOCONFIG_FILE) != null
                || here.getResource(ClassicConstants.AUTOCONFIG_FILE) != null;
    }
}
