package io.kumiki.kube;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.kube.store.StoredObject;

/// One change as a watcher with its own selectors sees it.
///
/// @param revision of the change; for `DELETED` the revision of the deletion
/// @param text shared by all who hear of the same change
public record WatchEvent(
        Type type, ResourceType resource, String kind, long revision, StoredObject stored, WatchText text) {
    /// As on the wire.
    public enum Type {
        ADDED,
        MODIFIED,
        DELETED,
        /// Nothing changed up to this revision. Only told to those who asked for it.
        BOOKMARK
    }

    /// A fresh tree that the caller may change.
    public ObjectNode object() {
        return stored.tree(resource.apiVersion(), kind, revision);
    }
}
