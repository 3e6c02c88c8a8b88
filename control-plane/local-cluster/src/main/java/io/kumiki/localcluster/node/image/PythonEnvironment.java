package io.kumiki.localcluster.node.image;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// A private virtual environment per container, written by hand in a millisecond: nothing of the host's own
/// packages is visible,
/// nothing a step installs reaches another step. Its `pip` is the shim that links sets of packages from the shared
/// cache
/// (one folder per Python and set of requirements), so that `pip install kfp==…` costs a Python start instead of a
/// download.
public final class PythonEnvironment {
    private static final String SHIM = text("pip_shim.py");

    /// What pip reads beside PIP_*: proxies and certificate bundles.
    private static final Set<String> INSTALLER =
            Set.of("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE");

    private final Path cache;
    private final Map<String, String> installer;
    private final List<Path> pipSettings;
    private final CacheLimits limits;

    /// `installer` are the user's own PIP_* and proxy variables: only the real pip gets them, never the step.
    public PythonEnvironment(Path cache, Map<String, String> installer, Path home) {
        this(
                cache,
                installer,
                List.of(home.resolve(".config/pip/pip.conf"), home.resolve(".pip/pip.conf")),
                CacheLimits.STANDARD);
    }

    private PythonEnvironment(Path cache, Map<String, String> installer, List<Path> pipSettings, CacheLimits limits) {
        this.cache = cache;
        this.installer = Map.copyOf(installer);
        this.pipSettings = pipSettings;
        this.limits = limits;
    }

    /// The same with other limits of its cache.
    public PythonEnvironment keeping(CacheLimits wanted) {
        return new PythonEnvironment(cache, installer, pipSettings, wanted);
    }

    /// What removes packages from the cache again.
    public PackageCache packages() {
        return new PackageCache(cache, limits);
    }

    /// The user's own: cache under XDG_CACHE_HOME or ~/.cache, installer settings from the environment.
    public static PythonEnvironment ofThisUser(Map<String, String> environment) {
        Path home = Path.of(System.getProperty("user.home"));
        String base = environment.getOrDefault(
                "XDG_CACHE_HOME", home.resolve(".cache").toString());
        Map<String, String> installer = new HashMap<>();
        environment.forEach((name, value) -> {
            if (name.startsWith("PIP_") || INSTALLER.contains(name.toUpperCase(Locale.ROOT))) {
                installer.put(name, value);
            }
        });
        return new PythonEnvironment(Path.of(base, "kumiki", "python"), installer, home);
    }

    public Path cache() {
        return cache;
    }

    /// Local folders that the user's pip settings name: a container must be able to read them.
    public List<Path> localIndexes() {
        return Arrays.stream(installer.getOrDefault("PIP_FIND_LINKS", "").split("\\s+"))
                .map(link -> link.startsWith("file://") ? link.substring("file://".length()) : link)
                .filter(link -> link.startsWith("/"))
                .map(Path::of)
                .filter(Files::exists)
                .toList();
    }

    /// Writes the environment into `folder`, which the container sees as `inside`.
    public void make(Path folder, String inside, Environment.Python python) throws IOException {
        Path bin = Files.createDirectories(folder.resolve("bin"));
        for (String name : List.of("python", "python3", "python" + python.version())) {
            Path link = bin.resolve(name);
            Files.deleteIfExists(link);
            Files.createSymbolicLink(link, python.interpreter());
        }
        for (String name : List.of("pip", "pip3")) {
            Path script = bin.resolve(name);
            Files.writeString(script, "#!/bin/sh\nexec \"" + inside + "/bin/python3\" -m pip \"$@\"\n");
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Path interpreterFolder = Objects.requireNonNull(python.interpreter().getParent());
        Files.writeString(
                folder.resolve("pyvenv.cfg"),
                "home = " + interpreterFolder + "\ninclude-system-site-packages = false\nversion = " + python.version()
                        + "\n");
        Path site = folder.resolve("lib/python" + python.version() + "/site-packages");
        Path pip = Files.createDirectories(site.resolve("pip"));
        Files.writeString(pip.resolve("__init__.py"), "");
        Files.writeString(pip.resolve("__main__.py"), SHIM);
        for (Path settings : pipSettings) {
            if (Files.isReadable(settings)) {
                Files.copy(settings, folder.resolve("pip.conf"), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        Files.write(folder.resolve("kumiki-pip.json"), Json.bytes(shimSettings(folder, python)));
    }

    private ObjectNode shimSettings(Path folder, Environment.Python python) {
        ObjectNode settings = Json.object();
        Path pip = InstalledPythons.pipFolder(python);
        settings.put("pip", pip == null ? "" : pip.toString());
        settings.put("interpreter", python.interpreter().toString());
        settings.put("environmentFolder", folder.toAbsolutePath().toString());
        settings.put("cache", cache.resolve(python.version()).toString());
        ObjectNode environment = settings.putObject("environment");
        installer.forEach(environment::put);
        return settings;
    }

    private static String text(String resource) {
        try (InputStream in = Objects.requireNonNull(PythonEnvironment.class.getResourceAsStream(resource), resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
