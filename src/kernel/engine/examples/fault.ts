/** An example that cannot be run as written: it names what is not there, or writes a value nobody can read. */
export class ExampleFault extends Error {}
