// Microsoft's language service as a judge: a line of JSON in, a line of JSON out.
// {"schema": {table: [[column, type], ...]}} once; then {"check": text} or
// {"complete": text, "at": offset, "times": n}. NODE_PATH says where the package is.
const root = require.resolve("@kusto/language-service-next/bridge.min.js").replace("bridge.min.js", "");
require(root + "bridge.min.js");
require(root + "Kusto.Language.Bridge.min.js");
const { GlobalState, KustoCode, Symbols, Editor } = Kusto.Language;
let globals;

const table = (name, columns) =>
  Symbols.TableSymbol.From(
    "(" + columns.map(([column, type]) => `['${column}']:${type}`).join(",") + ")",
  ).WithName(name);

function learn(schema) {
  const members = Object.entries(schema).map(([name, columns]) => table(name, columns));
  const profile =
    "GlobalPrevalence:long,GlobalFirstSeen:datetime,GlobalLastSeen:datetime,Signer:string,Issuer:string," +
    "SignerHash:string,IsCertificateValid:bool,IsRootSignerMicrosoft:bool,SignatureState:string,IsExecutable:bool," +
    "ThreatName:string,Publisher:string,SoftwareName:string,ProfileAvailability:string";
  const stored = [
    ["FileProfile", "(T:(*), x:string='SHA1', y:long=100)", `{ T | extend ${profile.split(",").map((c) => c.replace(":", "=") .replace(/=(.*)/, (_, t) => `=${t === "string" ? "''" : t + "(null)"}`)).join(",")} }`],
    ["DeviceFromIP", "(ip:string, at:datetime=datetime(null))", "{ print IP='', DeviceId='' }"],
    ["SeenBy", "(id:string)", "{ DeviceInfo }"],
    ["AssignedIPAddresses", "(device:string, at:datetime=datetime(null))", "{ print Timestamp=now(), IPAddress='', IPType='', NetworkAdapterType='', ConnectedNetworks=1 }"],
  ];
  for (const [name, parameters, body] of stored)
    members.push(new Symbols.FunctionSymbol.$ctor16(name, parameters, body, ""));
  const database = new Symbols.DatabaseSymbol.$ctor1("hunting", members);
  globals = GlobalState.Default.WithDatabase(database);
}

function check(text) {
  const found = KustoCode.ParseAndAnalyze(text, globals).GetDiagnostics();
  const out = [];
  for (let at = 0; at < found.Count; at++) {
    const one = found.getItem(at);
    if (one.Severity === "Error") out.push([one.Code, one.Start, one.Length, one.Message]);
  }
  return out;
}

function complete(text, at, times) {
  const taken = [];
  let items;
  for (let round = 0; round < times; round++) {
    const started = process.hrtime.bigint();
    items = new Editor.KustoCodeService.$ctor1(text, globals).GetCompletionItems(at).Items;
    taken.push(Number(process.hrtime.bigint() - started) / 1e9);
  }
  const columns = [];
  for (let index = 0; index < items.Count; index++) {
    const one = items.getItem(index);
    if (one.Kind === Editor.CompletionKind.Column) columns.push(one.DisplayText);
  }
  return { columns, taken };
}

const lines = require("readline").createInterface({ input: process.stdin });
lines.on("line", (line) => {
  const asked = JSON.parse(line);
  let answer = {};
  try {
    if (asked.schema) learn(asked.schema);
    else if (asked.check !== undefined) answer = { faults: check(asked.check) };
    else answer = complete(asked.complete, asked.at, asked.times || 1);
  } catch (fault) {
    answer = { broken: String(fault) };
  }
  console.log(JSON.stringify(answer));
});
