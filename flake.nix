{
  description = "Keeps AI coding agents working, over many projects";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "x86_64-darwin"
        "aarch64-darwin"
      ];
      eachSystem = make: nixpkgs.lib.genAttrs systems (system: make nixpkgs.legacyPackages.${system});

      # Of the packages in pnpm-lock.yaml. When that file changes, `nix build` fails and prints the hash to put here.
      # docs/ci.md says how.
      packagesHash = nixpkgs.lib.fakeHash;

      fleet =
        pkgs:
        pkgs.stdenv.mkDerivation (final: {
          pname = "fleet";
          version = (builtins.fromJSON (builtins.readFile ./packages/cli/package.json)).version;
          src = self;

          nativeBuildInputs = [
            pkgs.nodejs_24
            pkgs.pnpm
            pkgs.pnpmConfigHook
            pkgs.makeWrapper
          ];
          pnpmDeps = pkgs.fetchPnpmDeps {
            inherit (final) pname version src;
            fetcherVersion = 3;
            hash = packagesHash;
          };

          buildPhase = ''
            runHook preBuild
            node scripts/build-cli.ts
            runHook postBuild
          '';

          # The run of --version leaves V8's code cache beside the program; in the store nothing could.
          installPhase = ''
            runHook preInstall
            mkdir -p $out/lib $out/bin
            cp -r packages/cli/dist/fleet $out/lib/fleet
            makeWrapper ${pkgs.nodejs_24}/bin/node $out/bin/fleet \
              --add-flags "--min-semi-space-size=16 --max-semi-space-size=16 $out/lib/fleet/start.cjs" \
              --set-default FLEET_NODE ${pkgs.nodejs_24}/bin/node \
              --prefix PATH : ${
                pkgs.lib.makeBinPath [
                  pkgs.tmux
                  pkgs.git
                ]
              }
            FLEET_WARM_UP=1 $out/bin/fleet --version
            runHook postInstall
          '';

          meta = {
            description = "Keeps AI coding agents working, over many projects";
            license = pkgs.lib.licenses.mit;
            mainProgram = "fleet";
          };
        });
    in
    {
      packages = eachSystem (pkgs: {
        default = fleet pkgs;
      });

      apps = eachSystem (pkgs: {
        default = {
          type = "app";
          program = "${self.packages.${pkgs.stdenv.hostPlatform.system}.default}/bin/fleet";
        };
      });

      devShells = eachSystem (pkgs: {
        default = pkgs.mkShell {
          packages = [
            pkgs.nodejs_24
            pkgs.pnpm
            pkgs.tmux
            pkgs.git
          ];
        };
      });
    };
}
