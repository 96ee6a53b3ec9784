"""A small reader of PMML Scorecards, written from the standard and not from the writer.

Three-valued logic of predicates, the first attribute that is true, no result where none is.
"""

import math
import operator
from xml.etree import ElementTree

SPACE = "{http://www.dmg.org/PMML-4_4}"
COMPARE = {
    "equal": operator.eq, "notEqual": operator.ne, "lessThan": operator.lt,
    "lessOrEqual": operator.le, "greaterThan": operator.gt, "greaterOrEqual": operator.ge,
}  # fmt: skip
COMPUTE = {
    **COMPARE, "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
    "abs": abs, "ln": math.log, "max": max, "and": lambda *x: all(x), "or": lambda *x: any(x),
    "isIn": lambda x, *rest: x in rest,
}  # fmt: skip


class Scorecard:
    def __init__(self, text):
        self.root = ElementTree.fromstring(text)
        for node in self.root.iter():
            node.tag = node.tag.removeprefix(SPACE)
        self.types = {}
        self.allowed = {}
        self.fields = list(self.root.iter("MiningField"))
        self.derived = list(self.root.iter("DerivedField"))
        self.parts = list(self.root.iter("Characteristic"))
        for field in self.root.iter("DataField"):
            self.types[field.get("name")] = field.get("dataType")
            interval = field.find("Interval")
            if interval is not None:
                assert interval.get("closure") == "closedClosed"
                self.allowed[field.get("name")] = (
                    float(interval.get("leftMargin")), float(interval.get("rightMargin"))
                )  # fmt: skip
            elif field.find("Value") is not None:
                values = [value.get("value") for value in field.findall("Value")]
                self.allowed[field.get("name")] = {self.cast(field.get("name"), v) for v in values}

    def cast(self, field, text):
        return text if self.types.get(field, "double") == "string" else float(text)

    def evaluate(self, patient):
        """Return points and group; None where the card gives no result."""
        values = {}
        for field in self.fields:
            name = field.get("name")
            value = patient.get(name)
            if value is None and field.get("missingValueReplacement") is not None:
                value = self.cast(name, field.get("missingValueReplacement"))
            if value is not None and not self.valid(name, value):
                return None, None
            values[name] = value
        for derived in self.derived:
            values[derived.get("name")] = self.express(derived[0], values)
        total = float(self.root.find("Scorecard").get("initialScore"))
        for characteristic in self.parts:
            attribute = next(
                (each for each in characteristic.findall("Attribute") if self.holds(each, values)),
                None,
            )
            if attribute is None:
                return None, None
            complex_score = attribute.find("ComplexPartialScore")
            total += (
                float(attribute.get("partialScore"))
                if complex_score is None
                else self.express(complex_score[0], values)
            )
        values["points"] = total
        group = [f for f in self.root.iter("OutputField") if f.get("name") == "group"]
        return total, self.express(group[0][0], values) if group else None

    def valid(self, name, value):
        allowed = self.allowed.get(name)
        if self.types[name] == "integer" and value != int(value):
            return False
        if isinstance(allowed, tuple):
            return allowed[0] <= value <= allowed[1]
        return allowed is None or value in allowed

    def holds(self, attribute, values):
        return self.decide(attribute[0], values) is True

    def decide(self, node, values):  # noqa: PLR0911 - one per kind of predicate
        """True, False or None for unknown."""
        if node.tag == "True":
            return True
        if node.tag == "CompoundPredicate":
            parts = [self.decide(part, values) for part in node]
            decisive = node.get("booleanOperator") == "or"
            if decisive in parts:
                return decisive
            return None if None in parts else not decisive
        value = values[node.get("field")]
        if node.tag == "SimpleSetPredicate":
            assert node.get("booleanOperator") == "isIn"
            words = node[0].text.strip('"').split('" "')
            assert len(words) == int(node[0].get("n"))
            return None if value is None else value in words
        how = node.get("operator")
        if how in {"isMissing", "isNotMissing"}:
            return (value is None) == (how == "isMissing")
        if value is None:
            return None
        return COMPARE[how](value, self.cast(node.get("field"), node.get("value")))

    def express(self, node, values):  # noqa: PLR0911 - one per kind of expression
        if node.tag == "FieldRef":
            return values[node.get("field")]
        if node.tag == "Constant":
            return node.text if node.get("dataType") == "string" else float(node.text)
        function = node.get("function")
        if function == "if":
            test = self.express(node[0], values)
            if test is None:
                return None
            if test:
                return self.express(node[1], values)
            return self.express(node[2], values) if len(node) > 2 else None
        parts = [self.express(part, values) for part in node]
        if function in {"isMissing", "isNotMissing"}:
            return (parts[0] is None) == (function == "isMissing")
        if function in {"and", "or"}:
            decisive = function == "or"
            if decisive in parts:
                return decisive
            return None if None in parts else not decisive
        return None if None in parts else COMPUTE[function](*parts)
