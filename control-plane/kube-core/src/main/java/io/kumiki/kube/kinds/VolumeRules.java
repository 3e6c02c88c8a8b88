package io.kumiki.kube.kinds;

import com.fasterxml.jackson.databind.node.TextNode;
import io.kumiki.kube.schema.Faults;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What makes the volumes of a pod good ones.
final class VolumeRules {
    /// In the order in which the real server looks at them: the first one is taken for the volume's.
    private static final List<String> SOURCES = List.of(
            "emptyDir",
            "hostPath",
            "gitRepo",
            "secret",
            "nfs",
            "iscsi",
            "persistentVolumeClaim",
            "downwardAPI",
            "fc",
            "configMap",
            "projected",
            "csi",
            "ephemeral",
            "image");

    static final List<String> PATH_TYPES = List.of(
            "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket");
    private static final int MOST_MODE = 0777;
    private static final int SHORTEST_TOKEN = 600;

    private VolumeRules() {}

    static void source(Place volume) {
        List<String> given = new ArrayList<>(
                SOURCES.stream().filter(each -> volume.at(each).given()).toList());
        volume.value().properties().forEach(each -> {
            if (!each.getKey().equals("name") && !given.contains(each.getKey())) {
                given.add(each.getKey());
            }
        });
        if (given.isEmpty()) {
            volume.required("must specify a volume type");
            return;
        }
        given.stream().skip(1).forEach(each -> volume.at(each).forbidden("may not specify more than 1 volume type"));
        Place source = volume.at(given.getFirst());
        switch (given.getFirst()) {
            case "hostPath" -> hostPath(source);
            case "emptyDir" -> emptyDir(source);
            case "configMap" -> files(source, "name");
            case "secret" -> files(source, "secretName");
            case "persistentVolumeClaim" -> claim(source);
            case "downwardAPI" -> {
                mode(source.at("defaultMode"));
                source.at("items").items().forEach(item -> downward(item, source.path()));
            }
            case "projected" -> projected(source);
            case "nfs" -> nfs(source);
            case "csi" -> driver(source.at("driver"));
            case "ephemeral" -> {
                if (!source.at("volumeClaimTemplate").given()) {
                    source.at("volumeClaimTemplate").required("");
                }
            }
            default -> {}
        }
    }

    static void hostPath(Place source) {
        if (source.at("path").needed()) {
            source.at("path").forwards();
        }
        source.at("type").maybe(PATH_TYPES);
    }

    static void nfs(Place source) {
        source.at("server").needed();
        source.at("path").needed();
        source.at("path").absolute();
    }

    static void driver(Place driver) {
        driver.needed();
        driver.subdomain();
    }

    private static void claim(Place source) {
        source.at("claimName").needed();
    }

    private static void emptyDir(Place source) {
        Place limit = source.at("sizeLimit");
        if (!limit.blank() && ResourceRules.amount(limit.value()).signum() < 0) {
            limit.forbidden("SizeLimit field must be a valid resource quantity");
        }
    }

    private static void files(Place source, String name) {
        source.at(name).needed();
        mode(source.at("defaultMode"));
        for (Place item : source.at("items").items()) {
            item.at("key").needed();
            if (item.at("path").needed()) {
                file(item.at("path"));
            }
            mode(item.at("mode"));
        }
    }

    private static void mode(Place mode) {
        if (mode.value().asInt() < 0 || mode.value().asInt() > MOST_MODE) {
            mode.invalid("must be a number between 0 and 0777 (octal), both inclusive");
        }
    }

    private static void file(Place path) {
        path.descending();
        if (path.text().startsWith("..") && !path.text().startsWith("../")) {
            path.invalid("must not start with '..'");
        }
    }

    /// @param where the real server tells of all items
    private static void downward(Place item, String where) {
        Place path = item.at("path").named(where + ".path");
        if (path.needed()) {
            file(path);
        }
        Place field = item.at("fieldRef").named(where + ".fieldRef");
        Place resource = item.at("resourceFieldRef").named(where + ".resourceFieldRef");
        if (field.given()) {
            EnvironmentRules.field(field, EnvironmentRules.FIELDS_OF_FILES);
            if (resource.given()) {
                item.found()
                        .add(Faults.invalid(
                                where,
                                "resource",
                                "fieldRef and resourceFieldRef can not be specified simultaneously"));
            }
        } else if (resource.given()) {
            if (resource.at("containerName").needed()) {
                EnvironmentRules.resource(resource);
            }
        } else {
            item.found().add(Faults.required(where, "one of fieldRef and resourceFieldRef is required"));
        }
        mode(item.at("mode").named(where + ".mode"));
    }

    private static void projected(Place projected) {
        mode(projected.at("defaultMode"));
        Set<String> paths = new HashSet<>();
        for (Place source : projected.at("sources").items()) {
            if (source.value().size() > 1) {
                source.forbidden("may not specify more than 1 volume type per source");
            }
            for (String kind : List.of("configMap", "secret")) {
                if (source.at(kind).given()) {
                    files(source.at(kind), "name");
                    distinct(source.at(kind), projected.path(), paths);
                }
            }
            source.at("downwardAPI")
                    .at("items")
                    .items()
                    .forEach(item -> downward(item, source.at("downwardAPI").path()));
            token(source.at("serviceAccountToken"), projected);
        }
    }

    private static void distinct(Place source, String where, Set<String> paths) {
        for (Place item : source.at("items").items()) {
            if (!item.at("path").blank() && !paths.add(item.at("path").text())) {
                source.found()
                        .add(Faults.invalid(
                                where, TextNode.valueOf(source.at("name").text()), "conflicting duplicate paths"));
            }
        }
    }

    private static void token(Place token, Place projected) {
        if (!token.given()) {
            return;
        }
        if (token.at("expirationSeconds").value().asLong(SHORTEST_TOKEN) < SHORTEST_TOKEN) {
            token.at("expirationSeconds").invalid("may not specify a duration less than 10 minutes");
        }
        Place path = token.at("path").named(projected.path() + ".path");
        if (path.needed()) {
            file(path);
        }
    }
}
