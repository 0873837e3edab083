/** Loads the sample through the gateway and shows how far it is. */
export async function loadSample(url: string, token: string, print: (line: string) => void): Promise<void> {
  const call = async (method: string) => {
    const response = await fetch(`${url}/api/sample`, { method, headers: { authorization: `Bearer ${token}` } });
    if (!response.ok) throw new Error(`the sample cannot be loaded: ${response.status} ${await response.text()}`);
    return (await response.json()) as {
      status: string;
      error?: string;
      steps: {
        kind: string;
        status: string;
        rows: number;
        accepted: number;
        rejected: number;
        rowsPerSecond?: number;
      }[];
    };
  };
  print('  Loading the Northwind sample');
  const shown = new Set<string>();
  for (let state = await call('POST'); ; state = await call('GET')) {
    for (const step of state.steps) {
      if (step.status !== 'completed' || shown.has(step.kind)) continue;
      shown.add(step.kind);
      const rate = step.rowsPerSecond ? `, ${Math.round(step.rowsPerSecond)} rows/s` : '';
      const rejected = step.rejected > 0 ? `, ${step.rejected} rejected` : '';
      print(`    ${step.kind.padEnd(10)} ${step.accepted} rows${rejected}${rate}`);
    }
    if (state.status === 'completed') return print('  The sample is loaded.\n');
    if (state.status === 'failed') throw new Error(state.error ?? 'the sample could not be loaded');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
