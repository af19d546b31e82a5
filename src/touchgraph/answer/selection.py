"""A GraphQL document into what it selects: the only part of the pipeline that knows graphql-core.

Fragments, directives, repeated fields and type conditions are resolved here, by graphql-core's own functions, so that
the planner sees for each type just the fields that will stand in the answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLArgument,
    GraphQLError,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    Undefined,
    ValueNode,
    VariableNode,
    execute_sync,
    get_named_type,
    get_nullable_type,
    get_operation_ast,
    get_variable_values,
    is_abstract_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
    is_scalar_type,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues, get_argument_values
from graphql.utilities.coerce_input_value import coerce_default_value, coerce_input_literal

from touchgraph.answer.plan import ListOf, Literal, ObjectOf, Selected, Value, Variable
from touchgraph.answer.shape import Wrap

SOURCE = "source"
"""The key of a Strawberry field's metadata that holds its source."""
DEFINITION = "strawberry-definition"
"""The key of a field's extensions that holds Strawberry's own field."""
_INTROSPECTION = re.compile(r"__(schema|type)\b")
_REHEARSAL = re.compile(r"\b(whatIf|impact)\b")


@dataclass(frozen=True)
class Request:
    """An operation and the values of its variables.

    `shape` is equal for requests that share a plan, None for one that has its own.
    """

    schema: GraphQLSchema
    document: DocumentNode
    operation: OperationDefinitionNode
    inputs: Mapping[str, Any]
    variables: VariableValues
    shape: str | None

    @property
    def type_name(self) -> str:
        """The root type that the operation selects of."""
        root = self.schema.get_root_type(self.operation.operation)
        assert root is not None, "validation refuses operations that the schema lacks"
        return root.name

    @property
    def values(self) -> Mapping[str, Any]:
        """The variables' values by name, coerced."""
        return self.variables.coerced


def read_request(
    schema: GraphQLSchema, document: DocumentNode, operation_name: str | None, inputs: Mapping[str, Any] | None
) -> Request | list[GraphQLError]:
    """A request, or all that is wrong with its variables. The document has to be valid."""
    operation = get_operation_ast(document, operation_name)
    if operation is None:
        told = f"has no operation named {operation_name!r}" if operation_name else "has several operations: name one"
        return [GraphQLError(f"The document {told} (`operationName`).")]
    given = dict(inputs or {})
    variables = get_variable_values(schema, operation.variable_definitions or (), given, max_errors=20)
    if isinstance(variables, list):
        return variables
    return Request(schema, document, operation, given, variables, _shape(document, operation, variables))


def _shape(document: DocumentNode, operation: OperationDefinitionNode, variables: VariableValues) -> str | None:
    """Scalars come as parameters, so only their presence tells; enums, booleans and inputs are part of the plan.

    None: the plan serves this request alone. Inputs of writes hold all that is written.
    """
    body = document.loc.source.body if document.loc else ""
    if operation.operation is OperationType.MUTATION or _REHEARSAL.search(body):
        return None
    whole = bool(_INTROSPECTION.search(body))
    parts: dict[str, object] = {}
    for name, source in variables.sources.items():
        if name in variables.coerced:
            value = variables.coerced[name]
            parameter = value is not None and not whole and _is_parameter(source.signature.type)
            parts[name] = [] if parameter else [repr(value)]
    return json.dumps(parts)


def _is_parameter(type_: object) -> bool:
    """Whether values of an input type can be a parameter of the statement: scalars, objects of scalars."""
    named = get_named_type(cast("Any", type_))
    if is_input_object_type(named):
        nullable = get_nullable_type(cast("Any", type_))
        return named is nullable and all(
            is_scalar_type(get_nullable_type(f.type)) and _is_parameter(f.type) for f in named.fields.values()
        )
    return is_scalar_type(named) and named.name != "Boolean"


def select(request: Request) -> tuple[Selected, ...]:
    """What the operation selects of the root type. Raises GraphQLError for an argument that cannot be what it is."""
    return _Selection(request).roots()


@dataclass
class _Selection:
    request: Request
    memo: dict[tuple[str, tuple[int, ...]], tuple[Selected, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        definitions = self.request.document.definitions
        self.fragments = {
            d.name.value: FragmentDetails(d) for d in definitions if isinstance(d, FragmentDefinitionNode)
        }

    def roots(self) -> tuple[Selected, ...]:
        request = self.request
        root = request.schema.get_root_type(request.operation.operation)
        assert root is not None, "validation refuses operations that the schema lacks"
        collected = collect_fields(request.schema, self.fragments, request.variables, root, request.operation)
        return self._fields(root, collected.grouped_field_set)

    def _fields(self, parent: GraphQLObjectType, grouped: Mapping[str, list[FieldDetails]]) -> tuple[Selected, ...]:
        return tuple(self._field(parent, key, [detail.node for detail in details]) for key, details in grouped.items())

    def _field(self, parent: GraphQLObjectType, key: str, nodes: list[FieldNode]) -> Selected:
        name = nodes[0].name.value
        definition = self.request.schema.get_field(parent, name)
        assert definition is not None, "validation refuses unknown fields"
        label = f"{parent.name}.{name}"
        if name == "__typename":
            return Selected(key, label, None, _wrap(definition.type), nodes)
        if name in ("__schema", "__type"):
            return Selected(key, label, Literal(self._introspect(key, nodes)), _wrap(definition.type), nodes)
        named = get_named_type(definition.type)
        return Selected(
            key,
            label,
            definition.extensions[DEFINITION].metadata[SOURCE],
            _wrap(definition.type),
            nodes,
            tuple(map(id, nodes)),
            self._arguments(definition, nodes[0]),
            {t.name: self._subfields(t, nodes) for t in self._possible(named)},
            is_abstract_type(named),
        )

    def _possible(self, named: object) -> list[GraphQLObjectType]:
        if is_abstract_type(named):
            return list(self.request.schema.get_possible_types(cast("Any", named)))
        return [named] if is_object_type(named) else []

    def _subfields(self, type_: GraphQLObjectType, nodes: list[FieldNode]) -> tuple[Selected, ...]:
        """Kept by type and nodes: types that share a field share what is selected below it."""
        key = type_.name, tuple(map(id, nodes))
        if key not in self.memo:
            request = self.request
            details = [FieldDetails(node, None) for node in nodes]
            collected = collect_subfields(
                request.schema, self.fragments, request.variables, request.operation, type_, details
            )
            self.memo[key] = self._fields(type_, collected.grouped_field_set)
        return self.memo[key]

    def _arguments(self, definition: GraphQLField, node: FieldNode) -> dict[str, Value]:
        """The arguments that have a value. Raises GraphQLError for a value, such as null, that one may not have."""
        get_argument_values(definition, node, self.request.variables)
        nodes = {argument.name.value: argument.value for argument in node.arguments or ()}
        values = {name: self._value(argument, nodes.get(name)) for name, argument in definition.args.items()}
        return {name: value for name, value in values.items() if value is not None}

    def _value(self, argument: GraphQLArgument | GraphQLInputField, node: ValueNode | None) -> Value | None:
        """The value of an argument or of a field of one; None where it is not given and has no default."""
        variables = self.request.variables
        if node is None or (isinstance(node, VariableNode) and node.name.value not in variables.coerced):
            default = coerce_default_value(argument)
            return None if default is Undefined else Literal(default)
        if isinstance(node, VariableNode) and _is_parameter(argument.type):
            return Literal(None) if variables.coerced[node.name.value] is None else Variable(node.name.value)
        if isinstance(node, ListValueNode) and _is_parameter(argument.type):
            return ListOf(tuple(self._item(argument, item) for item in node.values))
        if isinstance(node, ObjectValueNode) and _is_parameter(argument.type):
            return self._object(cast("GraphQLInputObjectType", get_named_type(argument.type)), node)
        return Literal(coerce_input_literal(node, argument.type, variables))

    def _object(self, type_: GraphQLInputObjectType, node: ObjectValueNode) -> ObjectOf:
        given = {field.name.value: field.value for field in node.fields}
        fields = {name: self._value(field, given.get(name)) for name, field in type_.fields.items()}
        return ObjectOf(tuple((name, value) for name, value in fields.items() if value is not None))

    def _item(self, argument: GraphQLArgument | GraphQLInputField, node: ValueNode) -> Value:
        if isinstance(node, VariableNode):
            return Variable(node.name.value)
        return Literal(coerce_input_literal(node, cast("Any", get_named_type(argument.type)), self.request.variables))

    def _introspect(self, key: str, nodes: list[FieldNode]) -> object:
        """The schema's own description goes the ordinary way: it is small, constant and part of the plan."""
        operation, document = self.request.operation, self.request.document
        only = OperationDefinitionNode(
            operation=operation.operation,
            variable_definitions=operation.variable_definitions,
            selection_set=SelectionSetNode(selections=tuple(nodes)),
        )
        rest = [d for d in document.definitions if isinstance(d, FragmentDefinitionNode)]
        result = execute_sync(
            self.request.schema, DocumentNode(definitions=(only, *rest)), variable_values=dict(self.request.inputs)
        )
        if result.errors or result.data is None:
            raise (result.errors or [GraphQLError("The schema could not be described.")])[0]
        return result.data[key]


def _wrap(type_: GraphQLOutputType) -> Wrap:
    nullable = not is_non_null_type(type_)
    inner = type_.of_type if is_non_null_type(type_) else type_
    return Wrap(nullable, _wrap(inner.of_type) if is_list_type(inner) else None)


__all__ = ["DEFINITION", "SOURCE", "Request", "read_request", "select"]
