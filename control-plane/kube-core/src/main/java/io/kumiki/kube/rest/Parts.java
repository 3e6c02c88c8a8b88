package io.kumiki.kube.rest;

import io.kumiki.kube.Authorizer;
import io.kumiki.kube.ClusterSettings;
import io.kumiki.kube.kinds.KindTable;
import io.kumiki.kube.registry.Deletes;
import io.kumiki.kube.registry.Patches;
import io.kumiki.kube.registry.Reads;
import io.kumiki.kube.registry.Registry;
import io.kumiki.kube.registry.Writes;

/// What the surface stands on.
public record Parts(
        ClusterSettings settings,
        KindTable kinds,
        Registry registry,
        Reads reads,
        Writes writes,
        Deletes deletes,
        Patches patches,
        Authorizer authorizer) {}
