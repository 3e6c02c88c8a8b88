package io.kumiki.kube.admission;

import io.kumiki.model.Violation;
import java.util.List;

/// A rule of ours that is a pure function of the request: it runs in this process here, and behind a webhook on a
/// cluster that is not ours.
@FunctionalInterface
public interface AdmissionPolicy {
    /// May set fields of the request's object, and adds what is wrong with it.
    void review(AdmissionRequest request, List<Violation> violations);
}
