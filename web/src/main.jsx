import "graphiql/style.css";
import "./workers.js";

import { GraphiQL } from "graphiql";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { fetcher } from "./fetcher.js";
import { QUESTION } from "./question.js";
import "./page.css";

createRoot(document.getElementById("graphiql")).render(
  <StrictMode>
    <GraphiQL fetcher={fetcher} defaultQuery={QUESTION}>
      <GraphiQL.Logo>touchgraph</GraphiQL.Logo>
    </GraphiQL>
  </StrictMode>,
);
