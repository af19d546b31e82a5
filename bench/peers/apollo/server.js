// A peer of the benchmark: `node server.js PORT`; the database by the variables NEO4J_*.
import { readFileSync } from "node:fs";
import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";
import { Neo4jGraphQL } from "@neo4j/graphql";
import { GraphQLScalarType } from "graphql";
import neo4j from "neo4j-driver";

const { NEO4J_URI, NEO4J_USERNAME, NEO4J_PASSWORD } = process.env;
const driver = neo4j.driver(NEO4J_URI, neo4j.auth.basic(NEO4J_USERNAME, NEO4J_PASSWORD), {
  notificationFilter: { minimumSeverityLevel: "OFF" },
  telemetryDisabled: true,
});
const typeDefs = readFileSync(new URL("schema.graphql", import.meta.url), "utf8");
const Moment = new GraphQLScalarType({
  name: "Moment",
  serialize: String,
  parseValue: (text) => neo4j.types.DateTime.fromStandardDate(new Date(text)),
});
const schema = await new Neo4jGraphQL({ typeDefs, driver, resolvers: { Moment } }).getSchema();
const server = new ApolloServer({ schema, stopOnTerminationSignals: true });
await startStandaloneServer(server, {
  listen: { host: "127.0.0.1", port: Number(process.argv[2]) },
  context: async () => ({ sessionConfig: { database: "neo4j" } }),
});
