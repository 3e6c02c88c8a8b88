package io.kumiki.kube.cel;

import static org.assertj.core.api.Assertions.assertThat;

import io.kumiki.kube.schema.Correlation;
import io.kumiki.kube.schema.CustomSchemas;
import io.kumiki.kube.schema.Schema;
import io.kumiki.model.Json;
import io.kumiki.model.Violation;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Expressions over one object, each with what it is worth: asked of a real kube-apiserver 1.34.4 as well.
class ExpressionsTest {
    private static final String PROPERTIES = """
        "n":{"type":"integer"},"d":{"type":"number"},"s":{"type":"string"},"b":{"type":"boolean"},
        "port":{"x-kubernetes-int-or-string":true},
        "when":{"type":"string","format":"date-time"},"day":{"type":"string","format":"date"},
        "span":{"type":"string","format":"duration"},"raw":{"type":"string","format":"byte"},
        "list":{"type":"array","items":{"type":"string"}},"ints":{"type":"array","items":{"type":"integer"}},
        "set":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}},
        "set2":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}},
        "items":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],
          "items":{"type":"object","required":["k"],"properties":{"k":{"type":"string"},"v":{"type":"integer"}}}},
        "items2":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],
          "items":{"type":"object","required":["k"],"properties":{"k":{"type":"string"},"v":{"type":"integer"}}}},
        "map":{"type":"object","additionalProperties":{"type":"integer"}},
        "in":{"type":"string"},"a-b":{"type":"string"},"a.b":{"type":"string"},"x__y":{"type":"string"},"namespace":{"type":"string"},
        "free":{"type":"object","x-kubernetes-preserve-unknown-fields":true},
        "nul":{"type":"string","nullable":true}
        """;
    private static final String OBJECT = """
        {"metadata":{"name":"me"},"n":5,"d":2,"s":"abc","b":true,"port":"80%","when":"2024-02-29T10:00:00Z","day":"2024-02-29",
         "span":"1h30m","raw":"aGVsbG8=","list":["a","b","c"],"ints":[3,1,2],"set":["x","y"],"set2":["y","x"],
         "items":[{"k":"1","v":1},{"k":"2","v":2}],"items2":[{"k":"2","v":2},{"k":"1","v":1}],"map":{"p":1,"q/r":2},
         "in":"i","a-b":"dash","a.b":"dot","x__y":"under","namespace":"ns","free":{"z":1},"nul":null}\
        """;

    private static Schema schema(String rule) {
        return CustomSchemas.read(
                Json.parse("{\"type\":\"object\",\"properties\":{" + PROPERTIES + "},\"x-kubernetes-validations\":["
                        + rule + "]}"),
                false);
    }

    private static String rule(String expression) {
        return Json.object().put("rule", expression).toString();
    }

    /// `true`, `false`, or what went wrong.
    private static String worth(String expression) {
        List<Violation> problems = new ArrayList<>();
        Schema schema = schema(rule(expression));
        DefinitionExpressions.check(schema, "schema", problems);
        // Many would be too dear for lists without a bound; what they cost is compared elsewhere (RuleCostIT).
        problems.removeIf(each -> each.reason().equals("FieldValueForbidden"));
        if (!problems.isEmpty()) {
            return problems.getFirst().message().replaceFirst("^Invalid value: (\\{.*\\}|\".*\"|true|false): ", "");
        }
        List<Violation> found = ObjectRules.compile(schema).check(Json.parse(OBJECT), null, null);
        if (found.isEmpty()) {
            return "true";
        }
        String message = found.getFirst().message();
        return message.equals("Invalid value: \"object\": failed rule: " + expression)
                ? "false"
                : message.replace("Invalid value: \"object\": ", "");
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '`',
            value = {
                "self.n == 5 => true",
                "self.n > 5 => false",
                "self.d == 2.0 => true",
                "self.d > self.n => false",
                "has(self.s) && !has(self.metadata.generateName) => true",
                "self.metadata.name == 'me' => true",
                "self.kind == '' || true => true",
                "self.port == '80%' => true",
                "type(self.port) == string ? self.port.endsWith('%') : self.port < 100 => true",
                "self.when.getFullYear() == 2024 && self.when.getMonth() == 1 => true",
                "self.day == timestamp('2024-02-29T00:00:00Z') => true",
                "self.span == duration('90m') && self.span > duration('1h') => true",
                "self.raw == b'hello' => true",
                "self.list.all(x, x.size() == 1) && self.list.exists_one(x, x == 'b') => true",
                "self.list.map(x, x + '!')[2] == 'c!' => true",
                "self.list.filter(x, x in ['a', 'c']).size() == 2 => true",
                "self.list[0] == 'a' => true",
                "self.list[7] == 'a' => index out of bounds: 7 evaluating rule: self.list[7] == 'a'",
                "self.map['p'] + self.map['q/r'] == 3 && 'p' in self.map => true",
                "self.map.all(key, self.map[key] > 0) => true",
                "self.map['none'] == 1 => no such key: none evaluating rule: self.map['none'] == 1",
                "self.__in__ == 'i' && self.a__dash__b == 'dash' && self.a__dot__b == 'dot' => true",
                "self.x__underscores__y == 'under' && self.__namespace__ == 'ns' => true",
                "self.set == self.set2 && self.set != ['x'] => true",
                "self.set + ['y', 'z'] == ['x', 'y', 'z'] && (self.set + ['x']).size() == 2 => true",
                "self.items == dyn(self.items2) => true",
                "(self.items + [dyn(self.items2[0])]).size() == 2 => true",
                "self.list == ['c', 'b', 'a'] => false",
                "self.n / 0 == 1 => division by zero evaluating rule: self.n / 0 == 1",
                "9223372036854775807 + self.n > 0 => integer overflow evaluating rule: 9223372036854775807 + self.n >"
                        + " 0",
                // Kubernetes' lists
                "self.ints.sum() == 6 && self.ints.min() == 1 && self.ints.max() == 3 => true",
                "!self.ints.isSorted() && self.list.isSorted() && [1.5, 2.5].sum() == 4.0 => true",
                "self.list.indexOf('b') == 1 && self.list.lastIndexOf('z') == -1 && 'abcb'.indexOf('b') == 1 => true",
                "[duration('1s'), duration('2s')].sum() == duration('3s') && ['b', 'a'].min() == 'a' => true",
                "self.ints.filter(x, x > 9).max() == 1 => max called on empty list evaluating rule:"
                        + " self.ints.filter(x, x > 9).max() == 1",
                // regular expressions
                "self.s.matches('^a.c$') && !self.s.matches('x') && self.s.matches('b') => true",
                "'abc 123'.find('[0-9]+') == '123' && '123 abc 456'.findAll('[0-9]+') == ['123', '456'] => true",
                "'123 abc 456'.findAll('[0-9]+', 1) == ['123'] && 'abc'.find('z') == '' => true",
                // strings
                "'%s has %d, %.2f, %x, %b'.format(['it', 3, 1.5, 255, 5]) == 'it has 3, 1.50, ff, 101' => true",
                "'%s'.format([[1, 2]]) == '[1, 2]' && '%s'.format([{'b': 1.0, 'a': 'x'}]) == '{\"a\":\"x\","
                        + " \"b\":1.000000}' && '%e'.format([1234.5]) == '1.234500×10⁰³' && '100%%'.format([]) == '100%'"
                        + " => true",
                "'a,b'.split(',') == ['a', 'b'] && ['a', 'b'].join('-') == 'a-b' && 'hello'.replace('l', 'L', 1) =="
                        + " 'heLlo' => true",
                "'ab'.replace('', '.') == '.a.b.' && ' x '.trim() == 'x' && 'Hi'.lowerAscii() == 'hi' &&"
                        + " 'abc'.charAt(1) == 'b' => true",
                "'abc'.substring(1, 2) == 'b' && 'abcb'.lastIndexOf('b') == 3 && strings.quote('a') == '\"a\"' => true",
                // sets, optionals, two variables
                "sets.contains([1, 2, 3], [2]) && sets.equivalent([1, 1], [1]) && !sets.intersects([1], [2]) =>"
                        + " true",
                "self.?s.orValue('none') == 'abc' && !self.metadata.?generateName.hasValue() => true",
                "optional.of(1).value() == 1 && self.list[?9] == optional.none() && self.map[?'p'].orValue(0) == 1 =>"
                        + " true",
                "self.list.all(i, v, i < 3 && v != '') && self.map.exists(k, v, k == 'p' && v == 1) => true",
                "self.list.transformList(i, v, string(i) + v) == ['0a', '1b', '2c'] => true",
                // quantities
                "quantity('500m').isLessThan(quantity('1')) && quantity('1Ki').compareTo(quantity('1024')) == 0 =>"
                        + " true",
                "quantity('1.5').add(1) == quantity('2500m') && quantity('3').sub(quantity('1')).asInteger() == 2 =>"
                        + " true",
                "isQuantity('10Mi') && !isQuantity('10 Mi') && quantity('1500m').isInteger() == false &&"
                        + " sign(quantity('-1')) == -1 => true",
                "quantity('50M').asApproximateFloat() == 50000000.0 && quantity('2').isGreaterThan(quantity('1')) =>"
                        + " true",
                // urls
                "url('https://u@h.com:80/p%20q?k=v&k=w').getHost() == 'h.com:80' &&"
                        + " url('https://[::1]:8/').getHostname() == '::1' => true",
                "url('https://h.com:80/p?k=v&k=w').getQuery() == {'k': ['v', 'w']} && url('https://h.com/a"
                        + " b').getEscapedPath() == '/a%20b' => true",
                "url('https://h.com:80').getPort() == '80' && url('/x').getScheme() == '' && isURL('/x') &&"
                        + " !isURL('x') => true",
                // addresses
                "ip('127.0.0.1').family() == 4 && ip('::1').isLoopback() && ip('169.254.1.1').isLinkLocalUnicast() =>"
                        + " true",
                "!isIP('1.2.3') && isIP('2001:db8::abcd') && ip.isCanonical('2001:db8::abcd') &&"
                        + " !ip.isCanonical('2001:DB8::ABCD') => true",
                "ip('192.168.0.1').isGlobalUnicast() && ip('224.0.0.1').isLinkLocalMulticast() && string(ip('::1')) =="
                        + " '::1' => true",
                "cidr('10.0.0.0/8').containsIP('10.1.2.3') && cidr('10.0.0.0/8').containsCIDR(cidr('10.10.0.0/16')) =>"
                        + " true",
                "cidr('10.1.2.3/8').masked() == cidr('10.0.0.0/8') && cidr('::1/128').ip() == ip('::1') &&"
                        + " cidr('1.1.1.1/32').prefixLength() == 32 => true",
                "isCIDR('10.0.0.0/33') || isCIDR('::ffff:1.2.3.4/96') => false",
                "ip('nope').family() == 4 => IP Address \"nope\" parse error during conversion from string:"
                        + " ParseAddr(\"nope\"): unable to parse IP evaluating rule: ip('nope').family() == 4",
                // formats and versions
                "!format.dns1123Label().validate('my-name').hasValue() &&"
                        + " format.dns1123Label().validate('My').hasValue() => true",
                "format.named('uuid').value().validate('x').value()[0] == 'does not match the UUID format' => true",
                "semver('1.2.3').isLessThan(semver('1.10.0')) && semver('v1.2', true).patch() == 0 &&"
                        + " isSemver('1.0.0-rc.1+x') => true",
                "semver('1.0.0-rc.1').compareTo(semver('1.0.0')) == -1 && !isSemver('1.0') => true",
                // what does not compile
                "self.nope => compilation failed: ERROR: <input>:1:5: undefined field 'nope'\\n | self.nope\\n | ....^",
                "self.s => cel expression must evaluate to a bool",
                "self.s == 1 => compilation failed: ERROR: <input>:1:8: found no matching overload for '_==_' applied"
                        + " to '(string, int)'\\n"
                        + " | self.s == 1\\n"
                        + " | .......^",
                "nobody(1) => compilation failed: ERROR: <input>:1:7: undeclared reference to 'nobody' (in container"
                        + " '')\\n"
                        + " | nobody(1)\\n"
                        + " | ......^",
                "self.free.z == 1 => compilation failed: ERROR: <input>:1:10: undefined field 'z'\\n"
                        + " | self.free.z == 1\\n"
                        + " | .........^",
                "self.port > 1 => 'no such overload': call arguments did not match a supported operator, function or"
                        + " macro signature for rule: self.port > 1",
            })
    void areWorth(String expression, String expected) {
        assertThat(worth(expression)).isEqualTo(expected.replace("\\n", "\n").replace("`", ""));
    }

    @Test
    void rulesAboutChangeAreForUpdates() {
        Schema schema = schema(rule("self.n >= oldSelf.n") + ",{\"rule\":\"oldSelf.hasValue() || self.s =="
                + " 'new'\",\"optionalOldSelf\":true,\"reason\":\"FieldValueForbidden\",\"fieldPath\":\".s\",\"message\":\"must"
                + " begin new\"}");
        ObjectRules rules = ObjectRules.compile(schema);
        assertThat(rules.check(Json.parse("{\"n\":1,\"s\":\"old\"}"), null, null))
                .containsExactly(new Violation("s", "FieldValueForbidden", "Forbidden: must begin new"));
        assertThat(rules.check(Json.parse("{\"n\":1,\"s\":\"new\"}"), null, null))
                .isEmpty();
        var before = Json.parse("{\"n\":2,\"s\":\"old\"}");
        var after = Json.parse("{\"n\":1,\"s\":\"old\"}");
        assertThat(rules.check(after, before, new Correlation(after, before, schema)))
                .containsExactly(new Violation(
                        "<nil>", "FieldValueInvalid", "Invalid value: \"object\": failed rule: self.n >= oldSelf.n"));
    }

    @Test
    void messagesAreComputedAndUnchangedPartsStayWrong() {
        Schema schema = CustomSchemas.read(Json.parse("""
            {"type":"object","properties":{"spec":{"type":"object","properties":{"n":{"type":"integer"},"m":{"type":"integer"}},
             "x-kubernetes-validations":[{"rule":"self.n < 3","messageExpression":"'n is ' + string(self.n)"}]},"other":{"type":"string"}}}\
            """), false);
        ObjectRules rules = ObjectRules.compile(schema);
        var bad = Json.parse("{\"spec\":{\"n\":7},\"other\":\"a\"}");
        assertThat(rules.check(bad, null, null))
                .containsExactly(new Violation("spec", "FieldValueInvalid", "Invalid value: \"object\": n is 7"));
        var same = Json.parse("{\"spec\":{\"n\":7},\"other\":\"b\"}");
        assertThat(rules.check(same, bad, new Correlation(same, bad, schema))).isEmpty();
        var changed = Json.parse("{\"spec\":{\"n\":7,\"m\":1},\"other\":\"b\"}");
        assertThat(rules.check(changed, bad, new Correlation(changed, bad, schema)))
                .hasSize(1);
    }

    /// None of them takes more than a moment, whatever it is given.
    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '`',
            value = {
                "self.ints.all(x, self.ints.all(y, self.ints.all(z, true)))",
                "self.ints.all(x, self == self)",
                "self.ints.map(x, 'aaaaaaaaaa').join('').replace('', 'bbbbbbbbbbbbbbbbbbbbbbbb').replace('',"
                        + " 'cccccccccccccccccccccccccccccccccc') == ''",
                "self.list.all(x, x.matches('(a|aa)*bbbbbbbb$'))",
                "self.list.map(x, x + x).map(x, x + x).map(x, x + x).map(x, x + x).map(x, x + x).map(x, x + x).map(x,"
                        + " x + x).size() == 1",
                "self.ints.all(x, sets.equivalent(self.ints, self.ints))",
            })
    void aHostileRuleEnds(String expression) {
        Schema schema = schema(rule(expression));
        var object = Json.object();
        var ints = object.putArray("ints");
        for (int i = 0; i < 20_000; i++) {
            ints.add(i);
        }
        object.putArray("list").add("a".repeat(2_000_000));
        List<Violation> found = ObjectRules.compile(schema).check(object, null, null);
        assertThat(found).hasSize(1);
        assertThat(found.getFirst().message()).contains("no further validation rules will be run");
    }

    @Test
    void oldSelfNeedsAPathThroughTime() {
        List<Violation> problems = new ArrayList<>();
        DefinitionExpressions.check(CustomSchemas.read(Json.parse("""
            {"type":"object","properties":{"l":{"type":"array","maxItems":9,"items":{"type":"string","maxLength":9,
             "x-kubernetes-validations":[{"rule":"self == oldSelf"}]}}}}\
            """), false), "schema", problems);
        assertThat(problems)
                .containsExactly(new Violation(
                        "schema.properties[l].items.x-kubernetes-validations[0].rule",
                        "FieldValueInvalid",
                        "Invalid value: \"self == oldSelf\": oldSelf cannot be used on the uncorrelatable portion of"
                                + " the schema within schema.properties[l]"));
    }
}
