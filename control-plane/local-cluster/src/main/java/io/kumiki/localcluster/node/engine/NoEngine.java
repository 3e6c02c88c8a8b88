package io.kumiki.localcluster.node.engine;

import io.kumiki.kube.PodSessions.Session;
import java.io.InputStream;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Where no container engine is wanted, or none can be used.
///
/// @param why one clause
public record NoEngine(String why) implements ContainerEngine {
    private EngineFault absent() {
        return new EngineFault(0, "there is no container engine: " + why);
    }

    @Override
    public Presence presence() {
        return new Presence.Absent(why);
    }

    @Override
    public Image image(String reference) throws EngineFault {
        throw absent();
    }

    @Override
    public String anyImage() throws EngineFault {
        throw absent();
    }

    @Override
    public void pull(String reference, @Nullable RegistryLogin login, Consumer<String> progress) throws EngineFault {
        throw absent();
    }

    @Override
    public void create(String name, ContainerOrder order) throws EngineFault {
        throw absent();
    }

    @Override
    public void start(String name) throws EngineFault {
        throw absent();
    }

    @Override
    public Status inspect(String name) throws EngineFault {
        throw absent();
    }

    @Override
    public void awaitEnd(String name) throws EngineFault {
        throw absent();
    }

    @Override
    public void signal(String name, String signal) throws EngineFault {
        throw absent();
    }

    @Override
    public InputStream output(String name, boolean tty, boolean follow) throws EngineFault {
        throw absent();
    }

    @Override
    public Session exec(String name, List<String> command, boolean tty) throws EngineFault {
        throw absent();
    }

    @Override
    public Session attach(String name) throws EngineFault {
        throw absent();
    }

    @Override
    public void resize(String name, int columns, int rows) throws EngineFault {
        throw absent();
    }

    @Override
    public void remove(String name) throws EngineFault {
        throw absent();
    }

    @Override
    public List<Labelled> labelled(String label, String value) throws EngineFault {
        throw absent();
    }

    @Override
    public void close() {}
}
