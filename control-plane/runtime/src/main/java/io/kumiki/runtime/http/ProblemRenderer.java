package io.kumiki.runtime.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import org.jspecify.annotations.Nullable;

/// Problem documents (RFC 9457) with a stable code, every violation, and a title in the caller's language.
public final class ProblemRenderer implements ErrorRenderer {
    @Override
    public Answer render(HttpFault fault, String traceId, @Nullable String language) {
        boolean japanese = language != null && language.trim().startsWith("ja");
        ObjectNode problem = Json.object()
                .put("type", "urn:kumiki:problem:" + fault.code())
                .put("title", title(fault.status(), japanese))
                .put("status", fault.status())
                .put("code", fault.code())
                .put("detail", fault.message())
                .put("traceId", traceId);
        if (!fault.violations().isEmpty()) {
            ArrayNode violations = problem.putArray("violations");
            for (Violation v : fault.violations()) {
                violations
                        .addObject()
                        .put("path", v.path())
                        .put("reason", v.reason())
                        .put("message", v.message());
            }
        }
        return Answer.bytes(fault.status(), "application/problem+json", Json.bytes(problem));
    }

    private static String title(int status, boolean japanese) {
        return switch (status) {
            case 400 -> japanese ? "リクエストに誤りがあります" : "The request has mistakes";
            case 401 -> japanese ? "認証が必要です" : "Sign-in is needed";
            case 403 -> japanese ? "許可されていません" : "Not allowed";
            case 404 -> japanese ? "見つかりません" : "Not found";
            case 405 -> japanese ? "この操作はできません" : "This method is not served here";
            case 408 -> japanese ? "時間切れです" : "The request took too long";
            case 409 -> japanese ? "現在の状態と矛盾しています" : "In conflict with the current state";
            case 412 -> japanese ? "前提条件を満たしていません" : "A precondition does not hold";
            case 413 -> japanese ? "サイズが大きすぎます" : "Too large";
            case 415 -> japanese ? "対応していない形式です" : "This format is not taken";
            case 429 -> japanese ? "要求が多すぎます" : "Too many requests";
            case 501 -> japanese ? "対応していません" : "Not offered";
            case 503 -> japanese ? "現在利用できません" : "Not available right now";
            case 507 -> japanese ? "ディスクの空きがありません" : "No disk space left";
            default -> japanese ? "内部エラーです" : "Something went wrong inside Kumiki";
        };
    }
}
