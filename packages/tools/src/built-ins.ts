import { artifactRead } from "./artifact-read.ts";
import { askPerson } from "./ask-person.ts";
import { calculator } from "./calculator/tool.ts";
import { chartRender } from "./charts/chart-render.ts";
import { svgRender } from "./charts/svg-render.ts";
import { clock } from "./clock.ts";
import { documentRead } from "./documents/read.ts";
import { documentWrite } from "./documents/write.ts";
import { openReach } from "./connection/reach.ts";
import { databaseTools } from "./database/database-tools.ts";
import { filesCopy } from "./files/copy.ts";
import { codeJavascript } from "./code/javascript.ts";
import { codePython } from "./code/python.ts";
import { shell } from "./code/shell.ts";
import { openTurns } from "./code/turns.ts";
import { codeExpression } from "./expression/tool.ts";
import { filesDelete } from "./files/delete.ts";
import { filesEdit } from "./files/edit.ts";
import { filesList } from "./files/list.ts";
import { filesMove } from "./files/move.ts";
import { filesPatch } from "./files/patch.ts";
import { filesRead } from "./files/read.ts";
import { filesSearch } from "./files/search.ts";
import { filesWrite } from "./files/write.ts";
import { parseAllowList } from "./http/destination.ts";
import { httpFetch, type HttpAccess } from "./http/fetch.ts";
import { openNetwork } from "./http/network.ts";
import { httpRequest } from "./http/request.ts";
import { calendarTools } from "./calendar/tools.ts";
import { imageGenerate } from "./images/image-generate.ts";
import { mailTools } from "./mail/tools.ts";
import { searchTools } from "./search/search-tools.ts";
import type { ToolSettings } from "./settings.ts";
import { blackboardRead } from "./team/blackboard-read.ts";
import { blackboardWrite } from "./team/blackboard-write.ts";
import { delegate } from "./team/delegate.ts";
import { handoff } from "./team/handoff.ts";
import { sendMessage } from "./team/send-message.ts";
import type { Tool } from "./tool.ts";

/** Every tool that is there without configuration. */
export function builtIns(settings: Required<ToolSettings>): Tool[] {
  const allow = parseAllowList(settings.allow);
  const access: HttpAccess = {
    network: openNetwork(allow, settings.resolve),
    allow,
    maxResponseBytes: settings.maxResponseBytes,
    maxResultBytes: settings.maxResultBytes,
  };
  const reach = openReach(allow, settings.resolve);
  const files = [
    filesList,
    filesRead(settings.maxResultBytes),
    filesSearch,
    filesWrite(settings.workspaceBytes),
    filesEdit(settings.workspaceBytes),
    filesPatch(settings.workspaceBytes),
    filesMove,
    filesCopy(settings.workspaceBytes),
    filesDelete,
  ];
  return [
    artifactRead,
    askPerson,
    blackboardRead,
    blackboardWrite,
    delegate,
    handoff,
    sendMessage,
    calculator,
    clock,
    codeExpression,
    chartRender,
    svgRender,
    imageGenerate(settings.imageModel),
    documentRead(settings.maxResultBytes),
    documentWrite(settings.workspaceBytes),
    ...programs(settings),
    ...files,
    httpFetch(access),
    httpRequest(access),
    ...mailTools({ ...settings, reach }),
    ...calendarTools({ ...settings, reach }),
    ...databaseTools(reach, settings.maxResultBytes),
    ...searchTools(reach, settings),
  ];
}

function programs({ sandbox, launcherFolder, workspaceBytes }: Required<ToolSettings>): Tool[] {
  const inTurn = openTurns(sandbox.concurrent);
  const parts = { settings: sandbox, folder: launcherFolder, workspaceBytes, inTurn };
  return [codeJavascript(parts), codePython(parts), shell(parts)];
}
