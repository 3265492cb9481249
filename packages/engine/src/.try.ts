import { readAgentsFile, parseAgentsFile, agentsJsonSchema } from "./agents-file.ts";
import { renderProblems } from "./diagnostics/render.ts";
const D='[defaults]\nsession_prefix = "x-"\nlog_dir = ".ao"\n';
const A=D+'[agents.builder]\nkind="loop"\nworkdir="b"\n[agents.adversary]\nkind="loop"\nworkdir="a"\n';
const cases=['', D, A, A+'[loop]\ndone_by="bulder"\nphases=[]\n', A+'[loop]\ndone_by="builder"\nphases=[{id="a",plan="p",models="opsu"},{id="A",plan="q",models={adversry="opus"}},{plan=5, id=7}]\n',
'[defaults]\nsesion_prefix="x"\nlog_dir="../../etc"\n[agents.B]\nkind="loops"\n[agents.watchdog]\nkind="loop"\nwatch=["heal","stall"]\nenabled="no"\n',
A+'[services.s]\nmodel="opus"\n[services.builder]\ncommand="x"\n[services.e]\ncommand=[]\n[services.f]\ncommand=[""]\n',
A+'[supervision]\nstall_grace="0s"\nmax_wait=180\nsignal_tick="-5s"\nbackoff=["5s","1s"]\nstart_limit=2.5\nheavy_tick="1x"\n',
A+'[supervision]\nsignal_tick="10m"\nstart_limit=nan\n',
A+'[agents.t]\nkind="task"\nschedule="61 3 * * 6"\ntz="Mars/Base"\nargs=["--with-tests"]\ndeny_args=["--with-tests"]\nmodel="gpt-5"\n[agents.u]\nkind="service"\ncommand=["x"]\nschedule="* *"\n',
A+'[backends.claud]\n[backends.claude]\nserver="x"\nenv={API_KEY="sk",A-B="x",c=5}\n[backends.opencode]\nserver="http://0.0.0.0:4096"\nenv_file="~/x"\n',
A+'[loop]\ndone_by="builder"\nphases=[{id="a",plan="p",models=["x"]}]\non_complete="stopp"\n[loop.handoff]\nclaim="builder"\nreview="builder"\ninbox={"../X.md"="nobody"}\n',
A+'[loop]\ndone_by="builder"\nphases=[{id="a",plan="p",models={"builder"=5}}]\non_complete={agent="builder"}\n[loop.handoff]\nrepo="c"\nbranch="a..b"\n',
'x = 2026-02-30\n', '{"a":1}', '[project]\nname: x', 'a=[[[', A+'\u202e', A+'x="a\u202eb"', '[agents.x]\n__proto__=1', A+'[models]\nfast="haiku"\n"Bad Name"="x"\nsp="opus "\n'];
for (const c of cases){ const b=new TextEncoder().encode(c); const r=await readAgentsFile("agents.toml",b); console.log("=====",r.project!==null); process.stdout.write(renderProblems(r.problems,new Map([["agents.toml",c]]),{color:false}));}
const t=performance.now(); const r=await parseAgentsFile("a",new TextEncoder().encode(A),{strict:false}); console.log(performance.now()-t,r.ok); 
console.log(JSON.stringify(agentsJsonSchema()).slice(0,3000));
