import { toFlotillaError, type FlotillaError } from "@flotilla/core";
import { useCallback, useState } from "react";
import { sampleFile, type SampleRows } from "./sample-rows.ts";

interface SampledFile {
  file?: File;
  sample?: SampleRows;
  problem?: FlotillaError;
}

/** The chosen file with its first rows, or what is wrong with it. */
export function useSampledFile() {
  const [state, setState] = useState<SampledFile>({});
  const choose = useCallback((file: File) => {
    sampleFile(file).then(
      (sample) => setState({ file, sample }),
      (error: unknown) => setState({ file, problem: toFlotillaError(error) }),
    );
  }, []);
  return { ...state, choose };
}
