import { expect, test } from "vitest";
import type { JsonObject } from "../core/json.ts";
import { withBreakpoints } from "./breakpoints.ts";

const LEAST = 100;
const long = (word: string) => `${word} `.repeat(100).trim();
const MARK = { type: "ephemeral" };
const TOOLS = [{ name: "a", description: long("tool"), input_schema: {} }, { name: "b" }];

function marked(body: JsonObject, text = JSON.stringify(body)) {
  const made = withBreakpoints({ text, json: body }, LEAST);
  // Both forms always say the same.
  if (made) expect(JSON.parse(made.text)).toEqual(made.json);
  return made;
}
const user = (content: unknown) => ({ role: "user", content });
const assistant = (content: unknown) => ({ role: "assistant", content });

test("tools and the system prompt are marked at their ends, a text as the block that it stands for", () => {
  const made = marked({ model: "m", tools: TOOLS, system: long("be"), messages: [user("hi")] });
  expect(made?.json).toMatchObject({
    tools: [TOOLS[0], { name: "b", cache_control: MARK }],
    system: [{ type: "text", text: long("be"), cache_control: MARK }],
    messages: [user("hi")],
  });
});

test("a conversation is marked where the last request ended and where this one ends", () => {
  const result = { type: "tool_result", tool_use_id: "t", content: long("seen") };
  const messages = [
    user(long("one")),
    assistant([{ type: "thinking", thinking: "…", signature: "s" }]),
    user([result]),
    assistant("well"),
    user([
      { type: "text", text: "go on" },
      { type: "text", text: " " },
    ]),
  ];
  const made = marked({ system: [{ type: "text", text: long("be") }], messages });
  expect(made?.json.messages).toEqual([
    messages[0],
    messages[1],
    user([{ ...result, cache_control: MARK }]),
    messages[3],
    user([
      { type: "text", text: "go on", cache_control: MARK },
      { type: "text", text: " " },
    ]),
  ]);
  const everything = marked({ tools: TOOLS, system: long("be"), messages });
  expect(everything?.text.match(/cache_control/g)).toHaveLength(4);
});

test("the first request of a conversation is not marked: nobody knows whether it goes on", () => {
  expect(marked({ messages: [user(long("a document"))] })).toBeNull();
});

test("what is shorter than the model keeps is not marked, and long tools make a short system long enough", () => {
  expect(marked({ system: "be brief", messages: [user("hi"), assistant("hello"), user("bye")] })).toBeNull();
  const made = marked({ tools: TOOLS, system: "be brief", messages: [user("hi")] });
  expect(made?.json.system).toEqual([{ type: "text", text: "be brief", cache_control: MARK }]);
});

test("whoever marks anything marks all", () => {
  const own = { type: "text", text: "mine", cache_control: MARK };
  expect(marked({ system: long("be"), messages: [user([own])] })).toBeNull();
  expect(marked({ system: long("be"), messages: [user("hi")], cache_control: MARK })).toBeNull();
});

test("all other bytes stay, however they are written", () => {
  const system = long("answer");
  const text = `{ "messages" : [ {"role":"user","content":"\\u0041 \\"q\\" ]}"} ],\n\t"temperature":1.0,  "system" :"${system}", "x":1e2 }`;
  const made = marked(JSON.parse(text), text);
  expect(made?.text).toBe(
    text.replace(`"${system}"`, `[{"type":"text","text":"${system}","cache_control":{"type":"ephemeral"}}]`),
  );
});

test("tools that are loaded when they are searched for are passed over", () => {
  const tools = [TOOLS[0], { name: "late", defer_loading: true }];
  const made = marked({ tools, messages: [user("hi")] });
  expect(made?.json.tools).toEqual([{ ...TOOLS[0], cache_control: MARK }, tools[1]]);
});

test("without the marks, a request is the beginning of the next one of its conversation", () => {
  const turns: unknown[] = [user([{ type: "text", text: long("first") }])];
  const bodies: string[] = [];
  for (let turn = 0; turn < 4; turn++) {
    turns.push(assistant(`answer ${turn}`), user([{ type: "text", text: `question ${turn}` }]));
    const made = marked({ system: long("be"), tools: TOOLS, messages: [...turns] });
    bodies.push((made?.text ?? "").replaceAll('"cache_control":{"type":"ephemeral"},', ""));
  }
  for (const [index, body] of bodies.entries()) {
    const next = bodies[index + 1];
    if (next) expect(next.startsWith(body.slice(0, body.lastIndexOf("]}")))).toBe(true);
  }
});
