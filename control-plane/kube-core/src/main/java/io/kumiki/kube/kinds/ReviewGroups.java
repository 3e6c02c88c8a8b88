package io.kumiki.kube.kinds;

import io.kumiki.kube.ResourceType;
import io.kumiki.kube.schema.Schema;
import java.util.List;

/// `authentication.k8s.io` and `authorization.k8s.io`: kinds that are asked and not stored.
final class ReviewGroups {
    private ReviewGroups() {}

    static List<Kind> kinds() {
        return List.of(
                review("authentication.k8s.io", "selfsubjectreviews", "SelfSubjectReview", false),
                review("authentication.k8s.io", "tokenreviews", "TokenReview", false),
                review("authorization.k8s.io", "localsubjectaccessreviews", "LocalSubjectAccessReview", true),
                review("authorization.k8s.io", "selfsubjectaccessreviews", "SelfSubjectAccessReview", false),
                review("authorization.k8s.io", "selfsubjectrulesreviews", "SelfSubjectRulesReview", false),
                review("authorization.k8s.io", "subjectaccessreviews", "SubjectAccessReview", false));
    }

    private static Kind review(String group, String plural, String kind, boolean namespaced) {
        return Kind.of(new ResourceType(group, "v1", plural), kind, namespaced, Schema::any)
                .notStored();
    }
}
