// SPDX-License-Identifier: Apache-2.0
// The parts of Vega that our charts use: no maps, no forces, no trees. Loaded by pages that hold a chart.
import { transforms } from "vega-dataflow";
import { extend } from "vega-util";
import * as encode from "vega-encode";
import * as shaping from "vega-transforms";
import * as view from "vega-view-transforms";

extend(transforms, shaping, view, encode);

export { expressionInterpreter } from "vega-interpreter";
export { parse } from "vega-parser";
export { View } from "vega-view";
