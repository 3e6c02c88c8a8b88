package io.kumiki.web.kfp;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import io.kumiki.runtime.http.Answer;
import io.kumiki.runtime.http.Request;
import io.kumiki.runtime.http.RouteHandler;
import io.kumiki.store.Store;
import io.kumiki.store.StoreFault;
import io.kumiki.store.list.ListRefused;
import io.kumiki.store.list.Page;
import io.kumiki.web.kfp.wire.GrpcCode;
import io.kumiki.web.kfp.wire.ListRequest;
import io.kumiki.web.kfp.wire.PageTokens;
import io.kumiki.web.kfp.wire.Refusal;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;

/// What every call of the surface shares.
record Surface(
        KfpSettings settings, Store store, KfpPorts ports, InstantSource clock, Supplier<UUID> ids, PageTokens tokens) {
    static final int LONGEST_NAME = 128;
    static final int LONGEST_VERSION_NAME = 127;
    static final int LONGEST_DESCRIPTION = 65_535;

    private static final Answer EMPTY = Answer.json(Json.object());

    /// KFP's Empty.
    static Answer done() {
        return EMPTY;
    }

    /// Rows keep microseconds; an answer must not know more than a later reading of the row.
    Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    String newId() {
        return ids.get().toString();
    }

    /// A query value; an empty one is an absent one, since the SDK sends `page_token=&sort_by=&namespace=`.
    static String query(Request request, String name) {
        return request.query(name, "");
    }

    /// An empty namespace never means all of them.
    String namespace(String given) {
        if (given.isEmpty() || given.equals(settings.namespace())) {
            return settings.namespace();
        }
        throw Refusal.invalid("The namespace " + Refusal.quoted(given)
                + " has no pipelines: this is a single-user installation whose only namespace is '"
                + settings.namespace() + "'. Leave namespace away.");
    }

    ListRequest list(String kind, Request request, Map<String, String> scope) {
        return ListRequest.of(kind, name -> query(request, name), scope, tokens);
    }

    <T> Answer page(String field, ListRequest request, Page<T> page, Function<? super T, ObjectNode> row) {
        ObjectNode out = Json.object();
        if (!page.rows().isEmpty()) {
            ArrayNode rows = out.putArray(field);
            page.rows().forEach(r -> rows.add(row.apply(r)));
        }
        if (page.total() > 0) {
            out.put("total_size", Math.min(page.total(), Integer.MAX_VALUE));
        }
        if (page.next() != null) {
            out.put("next_page_token", request.token(tokens, page.next()));
        }
        return Answer.json(out);
    }

    static void checkName(String field, String value, int longest, List<Violation> violations) {
        if (value.isBlank()) {
            violations.add(new Violation(field, "Missing", "a name is wanted"));
        } else {
            checkText(field, value, longest, violations);
        }
    }

    static void checkText(String field, String value, int longest, List<Violation> violations) {
        int length = value.codePointCount(0, value.length());
        if (length > longest) {
            violations.add(new Violation(field, "TooLong", "at most " + longest + " characters, found " + length));
        }
        if (longest <= LONGEST_NAME && value.codePoints().anyMatch(Character::isISOControl)) {
            violations.add(new Violation(field, "ControlCharacter", "control characters are not allowed in a name"));
        }
    }

    /// A call that stays in this namespace, whatever it is about: the guard judges the namespace a request names,
    /// so no call
    /// may name another than the one it works on. The store's own words become KFP's.
    RouteHandler call(RouteHandler handler) {
        return request -> {
            namespace(query(request, "namespace"));
            try {
                return handler.handle(request);
            } catch (StoreFault.AlreadyExists e) {
                throw Refusal.exists(text(e));
            } catch (StoreFault.NotFound e) {
                throw Refusal.of(GrpcCode.NOT_FOUND, text(e));
            } catch (StoreFault e) {
                throw Refusal.of(e.retryable() ? GrpcCode.UNAVAILABLE : GrpcCode.INTERNAL, text(e));
            } catch (ListRefused e) {
                throw Refusal.invalid("The list cannot be given", e.violations());
            }
        };
    }

    private static String text(StoreFault e) {
        String message = e.getMessage();
        return message == null ? "the store refused" : message;
    }
}
